"""The API's addresses of identifications, cases and follow-ups."""

from django.urls import path

from casework.api import cases, consents, follow_ups, identifications

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
    path("cases/<uuid:case_id>/consents/", consents.Consents.as_view(), name="api-consents"),
    path(
        "cases/<uuid:case_id>/consents/<uuid:consent_id>/withdraw/",
        consents.WithdrawConsent.as_view(),
        name="api-consent-withdraw",
    ),
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
