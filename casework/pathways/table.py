"""The steps of each pathway: the one declared table. docs/pathways.md is written from it.

What a source says is marked as found; what is remembered and not checked, and what is our own, say so. The names of
pathways are the codes of `record.codelists.PATHWAYS`.
"""

from django.utils.translation import gettext_lazy as _

from casework.pathways.schema import Acts, Certainty, Deadline, Pathway, Phase, Step

FOUND, MEMORY, OURS = Certainty.FOUND, Certainty.FROM_MEMORY, Certainty.OURS

_PRACTICE = "usual practice"
_CETS_12 = "CETS 197, article 12"
_CETS_14 = "CETS 197, article 14"
_UNHCR = "UNHCR Resettlement Handbook"
_FRD = "EU Directive 2003/86/EC"

_SUBMISSION = (
    _("Photographs"),
    _("Papers of each who travels"),
    _("The best interests document, of a child"),
)
_IDENTITY = (_("Passport or another proof of identity"),)


def _considered(*documents: object) -> Step:
    return Step(
        "considered",
        _("Talked over"),
        Phase.CONSIDER,
        Acts.SURVIVOR,
        f"{_CETS_12}(7): informed and consensual",
        FOUND,
        documents=tuple(documents),  # type: ignore[arg-type]
    )


def _decision(label: object, acts: Acts = Acts.STATE, deadline: Deadline | None = None) -> Step:
    return Step(
        "decision",
        label,  # type: ignore[arg-type]
        Phase.DECIDE,
        acts,
        _PRACTICE,
        MEMORY,
        documents=(_("The decision"),),
        deadline=deadline,
    )


def _looked_after(after: str) -> Step:
    """Three months are ours: long enough for what was promised to begin, early enough to do something about it."""
    return Step(
        "followed_up",
        _("Looked at again with the survivor"),
        Phase.FOLLOW,
        Acts.CASEWORKER,
        "ours",
        OURS,
        deadline=Deadline(
            _("Within three months of it, and sooner where they ask."), "ours", OURS, after=after, days=91
        ),
    )


def _step(
    name: str,
    label: object,
    phase: Phase,
    acts: Acts,
    source: str = _PRACTICE,
    certainty: Certainty = MEMORY,
    documents: tuple[object, ...] = (),
    **more: object,
) -> Step:
    return Step(name, label, phase, acts, source, certainty, documents, **more)  # type: ignore[arg-type]


PATHWAYS: tuple[Pathway, ...] = (
    Pathway(
        "integration",
        _("Integration"),
        (
            _considered(),
            _step(
                "planned",
                _("Integration plan agreed"),
                Phase.PREPARE,
                Acts.SURVIVOR,
                documents=(_("The case plan"),),
            ),
            _step(
                "applied",
                _("Residence permit applied for"),
                Phase.APPLY,
                Acts.LAWYER,
                _CETS_14,
                documents=(*_IDENTITY, _("The decision on reasonable or conclusive grounds")),
            ),
            _decision(_("Decision on the permit")),
            _step("settled", _("Own home, work or school begun"), Phase.CARRY_OUT, Acts.SURVIVOR),
            _looked_after("settled"),
        ),
    ),
    Pathway(
        "resettlement",
        _("Resettlement"),
        (
            _considered(_("Proof of refugee status or of registration with UNHCR")),
            _step(
                "assessed",
                _("Need for resettlement assessed"),
                Phase.PREPARE,
                Acts.UNHCR,
                _UNHCR,
                only_by="UNHCR",
            ),
            _step(
                "submitted",
                _("Submitted to a country"),
                Phase.APPLY,
                Acts.UNHCR,
                f"{_UNHCR}: submission by UNHCR, of refugees",
                documents=(_("Resettlement Registration Form"), *_SUBMISSION),
                only_by="UNHCR",
            ),
            _step("interviewed", _("Interview by that country"), Phase.APPLY, Acts.STATE),
            _decision(_("Decision of that country")),
            _step("prepared", _("Health check and orientation"), Phase.CARRY_OUT, Acts.SPONSOR),
            _step(
                "travelled",
                _("Travelled"),
                Phase.CARRY_OUT,
                Acts.SURVIVOR,
                documents=(_("Travel document"), _("Visa")),
            ),
            _step("received", _("Received there"), Phase.FOLLOW, Acts.RECEIVER),
            _looked_after("travelled"),
        ),
    ),
    Pathway(
        "humanitarian_corridor",
        _("Humanitarian corridor"),
        (
            _considered(),
            _step("proposed", _("Proposed to the programme"), Phase.PREPARE, Acts.CASEWORKER),
            _step(
                "applied",
                _("Visa applied for by the programme"),
                Phase.APPLY,
                Acts.SPONSOR,
                documents=(*_IDENTITY, _("The sponsor's undertaking")),
            ),
            _decision(_("Decision on the visa")),
            _step("travelled", _("Travelled"), Phase.CARRY_OUT, Acts.SURVIVOR, documents=(_("Visa"),)),
            _step("received", _("Received by the sponsor"), Phase.FOLLOW, Acts.SPONSOR),
            _looked_after("travelled"),
        ),
    ),
    Pathway(
        "humanitarian_visa",
        _("Humanitarian visa"),
        (
            _considered(),
            _step("advised", _("Legal advice on the way to apply"), Phase.PREPARE, Acts.LAWYER),
            _step(
                "applied",
                _("Applied for at the embassy of that country"),
                Phase.APPLY,
                Acts.SURVIVOR,
                documents=(*_IDENTITY, _("Statement of the danger, with what supports it")),
            ),
            _step("interviewed", _("Interview at the embassy"), Phase.APPLY, Acts.STATE),
            _decision(_("Decision on the visa")),
            _step("travelled", _("Travelled"), Phase.CARRY_OUT, Acts.SURVIVOR, documents=(_("Visa"),)),
            _step(
                "protection",
                _("Protection or a permit asked for there"),
                Phase.FOLLOW,
                Acts.LAWYER,
            ),
            _looked_after("travelled"),
        ),
    ),
    Pathway(
        "family_reunification",
        _("Family reunification"),
        (
            _considered(_("What shows how they are related")),
            _step(
                "family_asked",
                _("The family asked, and all of them wish it"),
                Phase.PREPARE,
                Acts.CASEWORKER,
                "ours",
                OURS,
            ),
            _step(
                "papers",
                _("Papers of their own country obtained"),
                Phase.PREPARE,
                Acts.SURVIVOR,
                documents=(_("Birth and marriage certificates"), _("Passports")),
                consulate=True,
            ),
            _step(
                "applied",
                _("Applied for"),
                Phase.APPLY,
                Acts.LAWYER,
                documents=(_("Proof of the relationship"), _("Proof of status"), *_IDENTITY),
                deadline=Deadline(
                    _(
                        "In the EU, but for Denmark and Ireland, a refugee should apply within three months of being "
                        "granted status: later, the country may ask for income, housing and insurance."
                    ),
                    f"{_FRD}, article 12(1); Court of Justice of the EU, C-380/17",
                    FOUND,
                ),
            ),
            _decision(
                _("Decision on the application"),
                deadline=Deadline(
                    _(
                        "In the EU, but for Denmark and Ireland, at the latest nine months after the application, in "
                        "exceptional cases longer."
                    ),
                    f"{_FRD}, article 5(4)",
                    MEMORY,
                    after="applied",
                    days=274,
                ),
            ),
            _step(
                "travelled",
                _("The family travelled"),
                Phase.CARRY_OUT,
                Acts.SURVIVOR,
                documents=(_("Visas"), _("Travel documents")),
            ),
            _looked_after("travelled"),
        ),
    ),
    Pathway(
        "voluntary_return",
        _("Voluntary return"),
        (
            _considered(_("What was explained about return, and about the choice to stay")),
            _step(
                "papers",
                _("Travel papers of their own country obtained"),
                Phase.PREPARE,
                Acts.SURVIVOR,
                documents=(_("Passport or emergency travel document"),),
                consulate=True,
            ),
            _step(
                "applied",
                _("Applied to a return programme"),
                Phase.APPLY,
                Acts.CASEWORKER,
                documents=(_("Signed wish to return"), *_IDENTITY),
            ),
            _decision(_("Decision of the programme"), Acts.SPONSOR),
            _step(
                "planned",
                _("Safe arrival and reintegration agreed"),
                Phase.CARRY_OUT,
                Acts.SPONSOR,
                documents=(_("Reintegration plan"),),
            ),
            _step("travelled", _("Travelled"), Phase.CARRY_OUT, Acts.SURVIVOR),
            _step("received", _("Met on arrival"), Phase.FOLLOW, Acts.RECEIVER),
            _looked_after("travelled"),
        ),
    ),
)

_BY_NAME = {each.name: each for each in PATHWAYS}


def pathway(name: str) -> Pathway:
    """The declared pathway of this name. Raises KeyError."""
    return _BY_NAME[name]
