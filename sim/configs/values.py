"""The kinds of value that configurations are made of: frozen sections, shares, counts, schedules.

Sections are frozen pydantic models. They refuse unknown keys, and they do not turn text into numbers. Their
mappings are frozen too, so that a section can be hashed, pickled and shared between runs.
"""

import hashlib
import json
import sys
from collections.abc import Mapping
from typing import Annotated, Any, Literal, NoReturn, cast, get_args

from pydantic import BaseModel, ConfigDict, Field, GetCoreSchemaHandler, GetJsonSchemaHandler, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema


class Meaning(str):
    """What a kind of value is, in the words of an error: `a share from 0 to 1`."""

    __slots__ = ()


class Frozen[K, V](dict[K, V]):
    """A mapping that nobody can change."""

    def _refuse(self, *_: Any, **__: Any) -> NoReturn:
        raise TypeError("a configuration cannot be changed; load it again with another setting")

    __setitem__ = __delitem__ = __ior__ = clear = pop = popitem = setdefault = update = _refuse

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(frozenset(self.items()))

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (dict(self),)


def freeze(value: Any) -> Any:
    """The same value with frozen mappings and tuples for lists, all the way down."""
    if isinstance(value, Mapping):
        return Frozen({key: freeze(item) for key, item in value.items()})
    if isinstance(value, list | tuple):
        return tuple(freeze(item) for item in value)
    return value


SWITCH_WORDS = {"on": True, "off": False}


class Section(BaseModel):
    """A part of a configuration: named values, frozen, nothing else allowed."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        allow_inf_nan=False,
        protected_namespaces=(),
        use_attribute_docstrings=True,
    )

    @model_validator(mode="before")
    @classmethod
    def _read_switches(cls, data: Any) -> Any:
        """Take the words on and off for true and false, as people write switches."""
        if not isinstance(data, Mapping):
            return data
        switched = {
            name: SWITCH_WORDS[data[name]]
            for name, field in cls.model_fields.items()
            if field.annotation is bool and name in data and data[name] in ("on", "off")
        }
        return {**data, **switched} if switched else data

    @classmethod
    def model_parametrized_name(cls, params: tuple[Any, ...]) -> str:
        """A short name for a generic section, the same in every process."""
        return f"{cls.__name__}_{hashlib.sha256(repr(params).encode()).hexdigest()[:8]}"

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        """Let generic sections be found by their name, so that they can be pickled."""
        if cls.__pydantic_generic_metadata__["origin"] is not None:
            setattr(sys.modules[cls.__module__], cls.__name__, cls)

    def model_post_init(self, context: Any, /) -> None:
        """Freeze the mappings that pydantic leaves open."""
        for name, value in self.__dict__.items():
            if isinstance(value, dict | list):
                self.__dict__[name] = freeze(value)


Share = Annotated[float, Field(ge=0, le=1), Meaning("a share from 0 to 1")]
Count = Annotated[int, Field(ge=0), Meaning("a whole number, 0 or more")]
PositiveCount = Annotated[int, Field(ge=1), Meaning("a whole number, 1 or more")]
Yuan = Annotated[int, Field(ge=0), Meaning("a whole number of yuan, 0 or more")]


class Bilingual(Section):
    """Text in English and Chinese."""

    en: str
    zh: str


Clock = Literal["constant", "by_group_year", "by_year"]
SCHEDULE_KEYS = ("by_group_year", "by_year")


class Schedule[T]:
    """A value that may change from year to year.

    The last entry holds for later years. Before the first entry the value is absent. (Not a dataclass, since
    pydantic would then read its fields instead of the forms below.)
    """

    __slots__ = ("clock", "entries")
    clock: Clock
    entries: tuple[tuple[int, T], ...]

    def __init__(self, clock: Clock, entries: tuple[tuple[int, T], ...]):
        if not entries:
            raise ValueError("a schedule needs at least one entry")
        object.__setattr__(self, "clock", clock)
        object.__setattr__(self, "entries", tuple(sorted(entries, key=lambda entry: entry[0])))

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError("a schedule cannot be changed")

    __delattr__ = __setattr__  # type: ignore[assignment]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Schedule) and (self.clock, self.entries) == (other.clock, other.entries)

    def __hash__(self) -> int:
        return hash((self.clock, self.entries))

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.clock, self.entries)

    def __repr__(self) -> str:
        return f"Schedule({self.plain!r})"

    def at(self, year: int, group_year: int | None = None) -> T | None:
        """The value in a school year and, where the schedule counts so, in a group's own year."""
        now = group_year if self.clock == "by_group_year" else year
        if self.clock == "constant":
            return self.entries[0][1]
        if now is None:
            return None
        held = [value for start, value in self.entries if start <= now]
        return held[-1] if held else None

    @property
    def is_constant(self) -> bool:
        """Whether one plain value holds for all years."""
        return self.clock == "constant"

    @property
    def first(self) -> T:
        """The earliest value."""
        return self.entries[0][1]

    @property
    def values(self) -> tuple[T, ...]:
        """Every value the schedule takes, in order of time."""
        return tuple(value for _, value in self.entries)

    @property
    def plain(self) -> Any:
        """The form in which a file would state it."""
        return self.first if self.is_constant else {self.clock: dict(self.entries)}

    def __str__(self) -> str:
        if self.is_constant:
            return str(self.first)
        word = "year" if self.clock == "by_group_year" else "from"
        return ", ".join(f"{word} {start}: {value}" for start, value in self.entries)

    @classmethod
    def constant(cls, value: T) -> "Schedule[T]":
        """One value for all years."""
        return cls("constant", ((0, value),))

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Read a plain value or a mapping by year; one form is picked, so that a mistake is told once."""
        (item_type,) = get_args(source) or (Any,)
        item = handler.generate_schema(item_type)

        def dated(key: Literal["by_group_year", "by_year"], earliest: int, latest: int) -> CoreSchema:
            years = core_schema.int_schema(ge=earliest, le=latest)
            table = core_schema.dict_schema(years, item, min_length=1)
            form = core_schema.typed_dict_schema({key: core_schema.typed_dict_field(table)}, extra_behavior="forbid")
            return core_schema.no_info_after_validator_function(lambda read: cls(key, tuple(read[key].items())), form)

        return core_schema.tagged_union_schema(
            {
                "constant": core_schema.no_info_after_validator_function(cls.constant, item),
                "by_group_year": dated("by_group_year", 1, 200),
                "by_year": dated("by_year", 1900, 2300),
                "schedule": core_schema.is_instance_schema(cls),
            },
            discriminator=_form_of_schedule,
            serialization=core_schema.plain_serializer_function_ser_schema(lambda schedule: schedule.plain),
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Describe the three forms to an editor."""
        item = handler(cast(Any, schema)["choices"]["constant"]["schema"])
        forms = [
            {
                "type": "object",
                "properties": {key: {"type": "object", "minProperties": 1, "additionalProperties": item}},
                "required": [key],
                "additionalProperties": False,
            }
            for key in SCHEDULE_KEYS
        ]
        return {"anyOf": [item, *forms]}


Scheduled = Schedule
"""The name under which models declare a value that may be scheduled: `Scheduled[Share]`."""


def _form_of_schedule(value: Any) -> str:
    if isinstance(value, Schedule):
        return "schedule"
    if isinstance(value, Mapping):
        return next((key for key in SCHEDULE_KEYS if key in value), "constant")
    return "constant"


def content_hash(model: BaseModel) -> str:
    """A fingerprint of what a configuration says, whatever file or order it was written in."""
    text = json.dumps(model.model_dump(mode="json"), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
