"""The complete languages miss nothing: not a string of the code, not a label of an instrument, not a placeholder."""

import dataclasses
import gettext
import html
import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from django.conf import settings
from django.test import Client
from django.utils import formats, translation
from django.utils.translation import trans_real

from casework.assessment.outcomes import LIMITS, OUTCOMES, SCREENING_OUTCOMES, ScreeningResult
from casework.instruments import Instrument, Text, load_instruments
from casework.models import Case
from casework.palermo import PalermoResult
from casework.record.codelists import COUNTRIES, LANGUAGES
from core import catalogues
from core.iso_names import country_name, language_name
from core.templatetags.hearth import grouped
from referrals.demo import Persona, World
from tests.conftest import sign_in
from tests.pages import text

COMPLETE = ("ar", "es", "fr")
MARK = "machine translated, to be reviewed"
# Words of the interface that stand on the pages looked at, and are spelt alike in none of the languages.
MARKERS = (
    *("Skip to main content", "Sign out", "Cases", "Today", "Contact and safety", "Follow-ups", "Save"),
    *(
        "Set of indicators",
        "Age today",
        "Rows",
        "Columns",
        "Show",
        "Misled about pay or earnings",
        "Language",
    ),
)


@pytest.fixture(scope="module", autouse=True)
def _compiled() -> None:
    if catalogues.compile():
        trans_real._translations.clear()  # type: ignore[attr-defined]


@pytest.fixture(scope="module")
def template() -> Catalog:
    return catalogues.extract()


@pytest.fixture(scope="module")
def instruments() -> list[Instrument]:
    return list(load_instruments().values())


def catalogue(language: str) -> Catalog:
    return catalogues.read(catalogues.LOCALE / language / "LC_MESSAGES" / "django.po")


def ids(message: Message) -> tuple[str, ...]:
    return (message.id,) if isinstance(message.id, str) else tuple(message.id)


def forms(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ())


def translated(language: str) -> Iterator[tuple[str, str, int | None]]:
    """Each translation with the text it stands for, and its number among the plural forms, None if it has none."""
    for message in catalogue(language):
        if message.id and all(forms(message)):
            for number, form in enumerate(forms(message)):
                yield ids(message)[-1], form, number if message.pluralizable else None


def numbers_of(language: str, form: int) -> list[int]:
    """The numbers up to 200 that a plural form is for."""
    plural = gettext.c2py(catalogue(language).plural_expr)
    return [number for number in range(200) if plural(number) == form]


def parts(message: str) -> Counter[str]:
    """What a translation must take over as it is: placeholders and tags."""
    return Counter(re.findall(r"%\(\w+\)\w|%%|%[sd]|\{\w*\}|\$\{\w+\}|</?[a-z][^>]*>", message))


def texts(value: object, place: str) -> Iterator[tuple[str, Text]]:
    """Every text in an instrument, with its place."""
    if isinstance(value, Text):
        yield place, value
    elif dataclasses.is_dataclass(value):
        name = getattr(value, "id", "")
        for field in dataclasses.fields(value):
            yield from texts(getattr(value, field.name), f"{place}.{name or field.name}.{field.name}")
    elif isinstance(value, tuple):
        for each in value:
            yield from texts(each, place)


def in_language(client: Client, language: str) -> Client:
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    return client


def test_the_complete_languages_are_those_that_are_offered() -> None:
    assert {code for code, _name in settings.LANGUAGES} == {"en", *COMPLETE}


@pytest.mark.parametrize("language", COMPLETE)
def test_every_string_of_the_code_is_translated(template: Catalog, language: str) -> None:
    there = catalogue(language)
    missing = []
    for message in template:
        if message.id:
            found = there.get(ids(message)[0], message.context)
            if found is None or not all(form.strip() for form in forms(found)):
                missing.append(f"{ids(message)[0]!r} ({message.locations[0][0]})")
    if missing:
        todo = f"{len(missing)} to do in {language}: python -m core.catalogues update, then translate"
        pytest.fail("\n".join([todo, *missing]), pytrace=False)


@pytest.mark.parametrize("language", COMPLETE)
def test_nothing_is_switched_off_as_fuzzy(language: str) -> None:
    assert not [message.id for message in catalogue(language) if message.id and message.fuzzy]


@pytest.mark.parametrize("language", COMPLETE)
def test_placeholders_and_tags_agree(language: str) -> None:
    wrong = []
    for original, form, number in translated(language):
        wanted, found = parts(original), parts(form)
        # A form for one number alone may say it in a word: Arabic has one for two.
        counts_in_words = number is not None and len(numbers_of(language, number)) < 2
        if found - wanted or (wanted - found and not counts_in_words):
            wrong.append((form, dict(wanted), dict(found)))
    assert not wrong


@pytest.mark.parametrize("language", COMPLETE)
def test_every_plural_form_of_the_language_is_there(language: str) -> None:
    there = catalogue(language)
    plurals = [message for message in there if message.id and message.pluralizable]
    assert plurals
    assert {len(forms(message)) for message in plurals} == {there.num_plurals}
    assert all(numbers_of(language, form) for form in range(there.num_plurals)), "a form for no number at all"


def test_arabic_counts_in_its_six_forms() -> None:
    with translation.override("ar"):
        said = [
            translation.ngettext("You have %(count)d follow-up due.", "You have %(count)d follow-ups due.", n)
            for n in (0, 1, 2, 5, 11)
        ]
    assert len(set(said)) == len(said)


@pytest.mark.parametrize("language", COMPLETE)
def test_what_is_compiled_says_what_is_written(language: str) -> None:
    path = catalogues.LOCALE / language / "LC_MESSAGES"
    with (path / "django.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    for message in catalogue(language):
        if message.id and not message.pluralizable:
            id, said = ids(message)[0], forms(message)[0]
            assert (
                compiled.pgettext(message.context, id) if message.context else compiled.gettext(id)
            ) == said


def test_compiling_again_does_nothing() -> None:
    assert catalogues.compile() == []


def test_updating_again_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for path in catalogues.catalogues():
        copy = tmp_path / path.relative_to(catalogues.LOCALE)
        copy.parent.mkdir(parents=True)
        copy.write_bytes(path.read_bytes())
    monkeypatch.setattr(catalogues, "LOCALE", tmp_path)
    catalogues.update()
    assert catalogues.update() == []


def test_an_update_keeps_what_is_translated_and_its_mark(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "fr" / "LC_MESSAGES" / "django.po"
    path.parent.mkdir(parents=True)
    path.write_text(f'msgid ""\nmsgstr "Language: fr\\n"\n\n# {MARK}\nmsgid "Sign out"\nmsgstr "Sortir"\n')
    monkeypatch.setattr(catalogues, "LOCALE", tmp_path)
    assert catalogues.update() == ["fr"]
    kept, new = (catalogues.read(path).get(id) for id in ("Sign out", "Sign in"))
    assert kept is not None
    assert new is not None
    assert (kept.string, kept.user_comments, new.string) == ("Sortir", [MARK], "")


def test_templates_and_code_are_both_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "core").mkdir()
    (tmp_path / "templates" / "page.html").write_text(
        '{% load i18n %}\n      {% translate "One" context "number" %}\n  <p title="{% translate \'Two\' %}">\n'
        "{% blocktranslate count n=n trimmed %}\n  {{ n }} bird\n{% plural %}\n  {{ n }} birds\n"
        '{% endblocktranslate %}{{ _("Three") }} {# {% translate "Not this" %} #}\n'
    )
    (tmp_path / "core" / "some.py").write_text(
        'x = _("Four " "and a half")\ny = npgettext("sky", "star", "stars", n)\nz = gettext_lazy("Five")\n'
    )
    monkeypatch.setattr(catalogues, "ROOT", tmp_path)
    found = {(message.context, message.id) for message in catalogues.extract() if message.id}
    assert found == {
        ("number", "One"),
        (None, "Two"),
        (None, ("%(n)s bird", "%(n)s birds")),
        (None, "Three"),
        (None, "Four and a half"),
        ("sky", ("star", "stars")),
        (None, "Five"),
    }


@pytest.mark.parametrize("language", COMPLETE)
def test_every_text_of_an_instrument_is_in_the_language(instruments: list[Instrument], language: str) -> None:
    all_texts = [found for instrument in instruments for found in texts(instrument, instrument.id)]
    assert len(all_texts) > 300
    missing = [
        f"{place}: {label.in_language('en')}"
        for place, label in all_texts
        if language not in dict(label.translations)
    ]
    assert not missing, "\n".join(missing)


@pytest.mark.parametrize("language", COMPLETE)
def test_every_outcome_has_its_words(language: str) -> None:
    assert set(OUTCOMES) == set(PalermoResult)
    assert set(SCREENING_OUTCOMES) == set(ScreeningResult)
    words = [
        word
        for outcome in (*OUTCOMES.values(), *SCREENING_OUTCOMES.values())
        for word in dataclasses.astuple(outcome)
    ]
    for word in (*words, *LIMITS.values()):
        with translation.override("en"):
            english = str(word)
        with translation.override(language):
            assert str(word) != english


@pytest.mark.parametrize("language", COMPLETE)
def test_pages_are_in_the_language_and_its_direction(
    world: World, assigned: Persona, case: Case, language: str
) -> None:
    caseworker, advocate = (in_language(sign_in(world[name]), language) for name in ("assigned", "advocate"))
    for client, url in (
        (caseworker, "/today/"),
        (caseworker, f"/cases/{case.pk}/"),
        (caseworker, "/identifications/new/"),
        (caseworker, f"/cases/{case.pk}/sections/contact_and_safety/"),
        (advocate, "/statistics/?rows=citizenship&columns=ageBroad"),
        (in_language(Client(), language), "/sign-in/"),
    ):
        page = text(client.get(url))
        assert f'lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}"' in page
        left = [
            marker for marker in MARKERS if re.search(rf">\s*{re.escape(marker)}\s*<", html.unescape(page))
        ]
        assert not left, f"English on {url}"


def test_english_dates_put_the_day_first() -> None:
    with translation.override("en"):
        assert formats.date_format(date(2026, 11, 24)) == "24 November 2026"
        assert (
            formats.date_format(datetime(2026, 11, 24, 14, 30, tzinfo=UTC), "DATETIME_FORMAT")
            == "24 November 2026, 14:30"
        )
        assert formats.time_format(datetime(2026, 11, 24, 14, 30, tzinfo=UTC)) == "14:30"


@pytest.mark.parametrize(
    ("language", "number"), [("en", "12,345"), ("fr", "12\xa0345"), ("es", "12\xa0345"), ("ar", "12.345")]
)
def test_counts_are_grouped_as_the_language_does(language: str, number: str) -> None:
    with translation.override(language):
        assert grouped(12345) == number


@pytest.mark.parametrize(
    ("language", "country", "spoken"),
    [
        ("en", "South Korea", "Greek"),
        ("fr", "Corée du Sud", "Grec"),
        ("es", "Corea del Sur", "Griego"),
        ("ar", "كوريا الجنوبية", "اليونانية"),
    ],
)
def test_countries_and_languages_have_their_names(language: str, country: str, spoken: str) -> None:
    with translation.override(language):
        assert (country_name("KOR"), language_name("ell")) == (country, spoken)


@pytest.mark.parametrize("language", COMPLETE)
def test_every_language_on_offer_has_a_name_in_the_script_of_the_reader(language: str) -> None:
    with translation.override(language):
        lists = [
            [str(name) for _code, name in choices()] for choices in (LANGUAGES.choices, COUNTRIES.choices)
        ]
    for names in lists:
        assert len(set(names)) == len(names)
        assert language != "ar" or not [name for name in names if re.search("[A-Za-z]", name)]
