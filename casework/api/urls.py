"""The API's addresses of identifications, cases and follow-ups."""

from django.urls import path

from casework.api import cases, consents, decisions, follow_ups, identifications, instruments

urlpatterns = [
    path("identifications/", identifications.Identifications.as_view(), name="api-identifications"),
    path(
        "identifications/<uuid:identification_id>/",
        identifications.OneIdentification.as_view(),
        name="api-identification",
    ),
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
    path("cases/<uuid:case_id>/consents/", consents.Consents.as_view(), name="api-consents"),
    path(
        "cases/<uuid:case_id>/consents/<uuid:consent_id>/withdraw/",
        consents.WithdrawConsent.as_view(),
        name="api-consent-withdraw",
    ),
    path("cases/<uuid:case_id>/decisions/", decisions.Decisions.as_view(), name="api-decisions"),
    path("instruments/", instruments.Instruments.as_view(), name="api-instruments"),
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
