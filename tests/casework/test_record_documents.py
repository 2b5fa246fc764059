"""A section's document: one rule for what is taken, by whatever door it comes."""

import datetime
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from casework.record.documents import PADDED_TO, choose, display, parse, serialise, validate
from casework.record.fields import Field, Kind, Section, Sensitivity
from casework.record.forms import section_form
from casework.record.schema import section_serializer
from casework.record.sections import SECTIONS, section
from casework.record.values import code_list
from core.errors import Invalid

EVERY_SECTION = pytest.mark.parametrize("declared", SECTIONS, ids=lambda declared: declared.name)
TODAY = timezone.localdate()
TOMORROW = (TODAY + datetime.timedelta(days=1)).isoformat()
NEXT_YEAR = f"{TODAY.year + 1}-01"

Problems = dict[str, list[str]]


def by_validate(declared: Section, values: Mapping[str, Any]) -> Problems:
    try:
        validate(declared, values)
    except Invalid as refused:
        return {name: [str(message) for message in messages] for name, messages in refused.fields.items()}
    return {}


def by_form(declared: Section, values: Mapping[str, Any]) -> Problems:
    return {
        name: [str(error) for error in errors]
        for name, errors in section_form(declared)(posted(values)).errors.items()
    }


def by_serializer(declared: Section, values: Mapping[str, Any]) -> Problems:
    serializer = section_serializer(declared)(data=values)
    serializer.is_valid()
    return {name: [str(message) for message in messages] for name, messages in serializer.errors.items()}


def posted(values: Mapping[str, Any]) -> QueryDict:
    """The values as a browser sends them."""
    data = QueryDict(mutable=True)
    for name, value in values.items():
        data.setlist(name, [str(each) for each in value] if isinstance(value, list) else [str(value)])
    return data


BAD = [
    pytest.param("identity", "date_of_birth", TOMORROW, id="a date in the future"),
    pytest.param("identity", "date_of_birth", "2001-02-30", id="a day that no month has"),
    pytest.param("identity", "date_of_birth", "0024-02-03", id="a year that was mistyped"),
    pytest.param("identity", "gender", "Zzz", id="an unknown code"),
    pytest.param("identity", "citizenship", ["NGA", "XXX"], id="a wrong country among right ones"),
    pytest.param("contact_and_safety", "country", "DE", id="a country in two letters"),
    pytest.param("contact_and_safety", "safe_to_call", "true", id="a flag that is not yes, no or unknown"),
    pytest.param("identity", "first_language", "lat", id="a dead language"),
    pytest.param("identity", "given_name", "a" * 201, id="a text that is too long"),
    pytest.param("identity", "given_name", "a\x00b", id="a text with a control character"),
    pytest.param("identity", "age", "121", id="an age that nobody has"),
    pytest.param("identity", "age", "nine", id="a number in words"),
    pytest.param("contact_and_safety", "phone", "call me", id="a phone number in words"),
    pytest.param("contact_and_safety", "email", "nobody", id="half an e-mail address"),
    pytest.param("trafficking_experience", "from_month", NEXT_YEAR, id="a month in the future"),
    pytest.param("trafficking_experience", "from_month", "2024-13", id="a month that no year has"),
    pytest.param("trafficking_experience", "types_of_exploitation", ["Zzz"], id="an unknown code of several"),
]


@pytest.mark.parametrize(("name", "field", "value"), BAD)
def test_form_api_and_validate_refuse_the_same_value_in_the_same_words(
    name: str, field: str, value: object
) -> None:
    declared = section(name)
    refused = by_validate(declared, {field: value})
    assert set(refused) == {field}
    assert by_form(declared, {field: value}) == by_serializer(declared, {field: value}) == refused


@pytest.mark.parametrize(("name", "field", "value"), BAD)
def test_a_message_never_repeats_what_was_entered(name: str, field: str, value: object) -> None:
    (messages,) = by_validate(section(name), {field: value}).values()
    assert not any(str(value) in message for message in messages)


@pytest.mark.parametrize("judge", [by_validate, by_form, by_serializer])
def test_an_end_before_the_beginning_is_refused_at_the_end(judge: Callable[..., Problems]) -> None:
    values = {"from_month": "2024-03", "to_month": "2024-02"}
    assert set(judge(section("trafficking_experience"), values)) == {"to_month"}


@pytest.mark.parametrize("judge", [by_validate, by_serializer])
def test_an_unknown_field_is_refused_by_its_name(judge: Callable[..., Problems]) -> None:
    assert set(judge(section("identity"), {"shoe_size": "39", "given_name": "Ana"})) == {"shoe_size"}


def test_a_form_takes_no_field_that_it_does_not_have() -> None:
    form = section_form(section("identity"))(posted({"shoe_size": "39", "given_name": "Ana"}))
    assert form.is_valid()
    assert form.cleaned_data == {"given_name": "Ana"}


@pytest.mark.parametrize("judge", [by_validate, by_form, by_serializer])
def test_a_needed_field_that_is_empty_is_named(judge: Callable[..., Problems]) -> None:
    needed = Field("reason", "Reason", "Why.", Sensitivity.IDENTIFYING, required=True)
    assert judge(Section("closing", "Closing", "", (needed,)), {"reason": " "}) == {
        "reason": ["This is needed."]
    }


def test_a_date_may_lie_in_the_future_where_the_declaration_says_so() -> None:
    review = Field("review", "Review", "When.", Sensitivity.SAFE, Kind.DATE, in_future=True)
    assert validate(Section("plan", "Plan", "", (review,)), {"review": TOMORROW}) == {"review": TOMORROW}


@pytest.mark.parametrize("raw", [7, True, 1.5, ["Ana"], {"given": "Ana"}])
def test_json_of_another_type_is_refused(raw: object) -> None:
    assert set(by_validate(section("identity"), {"given_name": raw})) == {"given_name"}


@pytest.mark.parametrize("raw", [True, 1.5, [7], "7.0", "1e1"])
def test_only_a_whole_number_is_a_number(raw: object) -> None:
    assert set(by_validate(section("identity"), {"age": raw})) == {"age"}


@pytest.mark.parametrize("raw", ["NGA", "", {"NGA": 1}, [7]])
def test_several_codes_come_as_a_list_of_codes(raw: object) -> None:
    assert set(by_validate(section("identity"), {"citizenship": raw})) == {"citizenship"}


def test_values_are_tidied_and_empty_ones_dropped() -> None:
    values = {
        "given_name": "  Ana \n Maria ",
        "other_names": "Anna\r\nMaria\r\n",
        "age": " 17 ",
        "citizenship": ["ROU", "", "MDA", "ROU"],
        "family_name": "   ",
        "gender": None,
        "other_languages": [],
    }
    assert validate(section("identity"), values) == {
        "given_name": "Ana Maria",
        "other_names": "Anna\nMaria",
        "age": 17,
        "citizenship": ["ROU", "MDA"],
    }


def test_digits_of_any_keyboard_are_understood() -> None:
    assert validate(section("contact_and_safety"), {"phone": "+٤٠ ٧٢١"}) == {"phone": "+40 721"}
    assert validate(section("identity"), {"date_of_birth": "١٩٩٩-٠٣-٠٤"}) == {"date_of_birth": "1999-03-04"}


# --- what is taken can be kept and read again -------------------------------------------------------------

texts = st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=60)


def raw_values(field: Field) -> st.SearchStrategy[Any]:
    """Values that this field may be sent, empty ones too."""
    match field.kind:
        case Kind.TEXT | Kind.LONG_TEXT:
            return texts
        case Kind.DATE if field.not_before:  # no end comes before its beginning
            return st.just(TODAY.isoformat())
        case Kind.DATE:
            return st.dates(datetime.date(1900, 1, 1), TODAY).map(str)
        case Kind.MONTH:  # one for all, so that no end comes before its beginning
            return st.just("2024-03")
        case Kind.CODE:
            return st.sampled_from(["", *code_list(field).codes])
        case Kind.CODES:
            return st.lists(st.sampled_from(list(code_list(field).codes)), max_size=4)
        case Kind.NUMBER:
            return st.integers(field.minimum, field.maximum)
        case Kind.PHONE:
            return st.from_regex(r"\+[0-9]{6,12}", fullmatch=True)
        case Kind.EMAIL:
            return st.just("someone@example.org")


def raw_documents(declared: Section) -> st.SearchStrategy[dict[str, Any]]:
    fields = {field.name: raw_values(field) for field in declared.fields}
    return st.fixed_dictionaries({}, optional=fields)


@EVERY_SECTION
@given(data=st.data())
def test_a_document_is_read_as_it_was_written_and_taken_again_as_it_is(
    declared: Section, data: st.DataObject
) -> None:
    kept = validate(declared, data.draw(raw_documents(declared)))
    written = serialise(kept)
    assert parse(written) == kept
    assert validate(declared, dict(parse(written))) == kept
    assert len(written) % PADDED_TO == 0
    assert written


@EVERY_SECTION
@given(data=st.data())
def test_every_kept_value_can_be_shown_and_stands_in_its_form(declared: Section, data: st.DataObject) -> None:
    kept = validate(declared, data.draw(raw_documents(declared)))
    assert [field.name for field, _shown in display(declared, kept)] == list(kept)
    form = section_form(declared)(posted(kept))
    assert form.is_valid(), form.errors
    assert form.cleaned_data == kept
    assert section_serializer(declared)(kept).data == kept


def test_documents_of_one_block_have_one_length_and_the_order_of_entry_is_not_kept() -> None:
    one = serialise({"given_name": "Ana", "age": 17})
    assert len(one) == len(serialise({})) == PADDED_TO
    assert one == serialise({"age": 17, "given_name": "Ana"})
    assert len(serialise({"narrative": "é" * PADDED_TO})) == 3 * PADDED_TO


@pytest.mark.parametrize("written", [b"", b"[]", b"\xff", b'"text"'])
def test_bytes_that_are_no_document_are_refused(written: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse(written)


def test_values_are_shown_in_the_interface_language() -> None:
    values = validate(
        section("identity"),
        {"date_of_birth": "1999-03-04", "citizenship": ["DEU", "FRA"], "first_language": "deu"},
    )
    with override("fr"):
        shown = {field.name: text for field, text in display(section("identity"), values)}
    assert shown["date_of_birth"] == "4 mars 1999"
    assert shown["citizenship"].startswith("Allemagne ")
    assert shown["first_language"] == "Allemand"


def test_a_code_that_a_later_list_has_dropped_is_still_shown() -> None:
    ((_field, shown),) = display(section("identity"), {"gender": "Earlier"})
    assert shown == "Earlier"


# --- a referral packet ------------------------------------------------------------------------------------

RECORD = {
    "identity": validate(section("identity"), {"given_name": "Ana", "age": 17, "citizenship": ["ROU"]}),
    "contact_and_safety": validate(
        section("contact_and_safety"), {"phone": "+40721", "code_word": "lighthouse", "city": "Iasi"}
    ),
}


def test_a_packet_holds_exactly_the_chosen_fields() -> None:
    paths = ["identity.citizenship", "contact_and_safety.phone", "identity.citizenship"]
    assert choose(paths, RECORD) == {
        "identity": {"citizenship": ["ROU"]},
        "contact_and_safety": {"phone": "+40721"},
    }


SHAREABLE = [
    f"{name}.{field}" for name, document in RECORD.items() for field in document if field != "code_word"
]


@given(st.sets(st.sampled_from(SHAREABLE)))
def test_a_packet_holds_what_was_chosen_whatever_is_chosen(paths: set[str]) -> None:
    packet = choose(paths, RECORD)
    assert {f"{name}.{field}" for name, document in packet.items() for field in document} == paths


def test_every_path_that_can_not_be_sent_is_named_and_nothing_is_chosen() -> None:
    paths = [
        "identity.given_name",
        "identity.shoe_size",
        "contact_and_safety.code_word",
        "identity.family_name",
    ]
    with pytest.raises(Invalid) as refused:
        choose([*paths, "trafficking_experience.narrative"], RECORD)
    assert set(refused.value.fields) == {*paths[1:], "trafficking_experience.narrative"}
