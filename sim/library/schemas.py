"""The committed JSON Schemas in configs/schemas: `python -m sim.library.schemas` writes them anew."""

import json
from pathlib import Path
from typing import Any

from sim.configs.schemas import json_schema
from sim.library.checks import MODELS

FOLDER = Path(__file__).parents[2] / "configs" / "schemas"


def schemas() -> dict[str, dict[str, Any]]:
    """The schema of each kind of file."""
    return {
        kind: json_schema(model, partial=kind == "evidence", extends=kind == "policy") for kind, model in MODELS.items()
    }


def schema_texts() -> dict[str, str]:
    """What each schema file holds."""
    return {
        f"{kind}.json": json.dumps(schema, ensure_ascii=False, indent=1) + "\n" for kind, schema in schemas().items()
    }


def write_schemas(folder: Path = FOLDER) -> None:
    """Write the schema files."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in schema_texts().items():
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write_schemas()
