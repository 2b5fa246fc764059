"""The API's addresses of identifications, cases and follow-ups."""

from django.urls import path

from casework.api import (
    approvals,
    cases,
    consents,
    copies,
    decisions,
    documents,
    entries,
    erasure,
    exceptions,
    follow_ups,
    identifications,
    instruments,
    interpreters,
    links,
    same_person,
    search,
    standing,
    transfers,
)

urlpatterns = [
    path("identifications/", identifications.Identifications.as_view(), name="api-identifications"),
    path(
        "identifications/<uuid:identification_id>/",
        identifications.OneIdentification.as_view(),
        name="api-identification",
    ),
    path(
        "identifications/<uuid:identification_id>/add-to-case/",
        same_person.AddToCase.as_view(),
        name="api-identification-add",
    ),
    path("search/", search.Search.as_view(), name="api-search"),
    path("cases/", cases.Cases.as_view(), name="api-cases"),
    path("cases/<uuid:case_id>/", cases.OneCase.as_view(), name="api-case"),
    path("cases/<uuid:case_id>/sections/<slug:section>/", cases.OneSection.as_view(), name="api-section"),
    path(
        "cases/<uuid:case_id>/sections/<slug:section>/versions/",
        cases.Versions.as_view(),
        name="api-section-versions",
    ),
    path(
        "cases/<uuid:case_id>/sections/<slug:section>/versions/<int:version>/",
        cases.OneVersion.as_view(),
        name="api-section-version",
    ),
    path(
        "cases/<uuid:case_id>/sections/<slug:section>/versions/<int:version>/restore/",
        cases.RestoreVersion.as_view(),
        name="api-section-restore",
    ),
    path("cases/<uuid:case_id>/entries/<slug:kind>/", entries.Entries.as_view(), name="api-entries"),
    path(
        "cases/<uuid:case_id>/entries/<slug:kind>/<uuid:entry_id>/",
        entries.OneEntry.as_view(),
        name="api-entry",
    ),
    path("cases/<uuid:case_id>/consents/", consents.Consents.as_view(), name="api-consents"),
    path(
        "cases/<uuid:case_id>/consents/<uuid:consent_id>/withdraw/",
        consents.WithdrawConsent.as_view(),
        name="api-consent-withdraw",
    ),
    path("cases/<uuid:case_id>/approvals/", approvals.Approvals.as_view(), name="api-approvals"),
    path(
        "cases/<uuid:case_id>/approvals/<uuid:approval_id>/approve/",
        approvals.Approve.as_view(),
        name="api-approve",
    ),
    path(
        "cases/<uuid:case_id>/approvals/<uuid:approval_id>/refuse/",
        approvals.Refuse.as_view(),
        name="api-refuse",
    ),
    path(
        "cases/<uuid:case_id>/approvals/<uuid:approval_id>/take-back/",
        approvals.TakeBack.as_view(),
        name="api-approval-take-back",
    ),
    path("cases/<uuid:case_id>/exceptions/", exceptions.Exceptions.as_view(), name="api-exceptions"),
    path("cases/<uuid:case_id>/decisions/", decisions.Decisions.as_view(), name="api-decisions"),
    path("cases/<uuid:case_id>/documents/", documents.Documents.as_view(), name="api-documents"),
    path(
        "cases/<uuid:case_id>/documents/<uuid:document_id>/",
        documents.OneDocument.as_view(),
        name="api-document",
    ),
    path(
        "cases/<uuid:case_id>/documents/<uuid:document_id>/content/",
        documents.DocumentContent.as_view(),
        name="api-document-content",
    ),
    path(
        "cases/<uuid:case_id>/documents/<uuid:document_id>/remove/",
        documents.RemoveDocument.as_view(),
        name="api-document-remove",
    ),
    path("interpreters/", interpreters.Interpreters.as_view(), name="api-interpreters"),
    path(
        "interpreters/<uuid:interpreter_id>/",
        interpreters.OneInterpreter.as_view(),
        name="api-interpreter",
    ),
    path(
        "interpreters/<uuid:interpreter_id>/retire/",
        interpreters.RetireInterpreter.as_view(),
        name="api-interpreter-retire",
    ),
    path("instruments/", instruments.Instruments.as_view(), name="api-instruments"),
    path("cases/<uuid:case_id>/links/", links.Links.as_view(), name="api-links"),
    path("cases/<uuid:case_id>/links/<uuid:link_id>/", links.OneLink.as_view(), name="api-link"),
    path("cases/<uuid:case_id>/copy/", copies.Copy.as_view(), name="api-copy"),
    path("cases/<uuid:case_id>/erasure/", erasure.ErasureOfCase.as_view(), name="api-erasure"),
    path(
        "cases/<uuid:case_id>/erasure/cancel/", erasure.CancelErasure.as_view(), name="api-erasure-cancel"
    ),
    path("cases/<uuid:case_id>/assign/", standing.Assign.as_view(), name="api-case-assign"),
    path("cases/<uuid:case_id>/state/", standing.State.as_view(), name="api-case-state"),
    path("caseload/", standing.Caseload.as_view(), name="api-caseload"),
    path("transfers/", transfers.Transfers.as_view(), name="api-transfers"),
    path("transfers/<uuid:transfer_id>/", transfers.OneTransfer.as_view(), name="api-transfer"),
    path(
        "transfers/<uuid:transfer_id>/decline/",
        transfers.DeclineTransfer.as_view(),
        name="api-transfer-decline",
    ),
    path(
        "transfers/<uuid:transfer_id>/take-back/",
        transfers.TakeBackTransfer.as_view(),
        name="api-transfer-take-back",
    ),
    path("follow-ups/put-off/", follow_ups.PutOff.as_view(), name="api-follow-ups-put-off"),
    path("follow-ups/hand-on/", follow_ups.HandOn.as_view(), name="api-follow-ups-hand-on"),
    path("follow-ups/", follow_ups.FollowUps.as_view(), name="api-follow-ups"),
    path(
        "follow-ups/<uuid:follow_up_id>/complete/",
        follow_ups.CompleteFollowUp.as_view(),
        name="api-follow-up-complete",
    ),
    path(
        "follow-ups/<uuid:follow_up_id>/cancel/",
        follow_ups.CancelFollowUp.as_view(),
        name="api-follow-up-cancel",
    ),
]
