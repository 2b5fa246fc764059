"""Pages."""

from django.urls import URLPattern, path

from casework.views import (
    cases,
    consents,
    decisions,
    follow_ups,
    history,
    identifications,
    instruments,
    rapid,
    today,
)

urlpatterns: list[URLPattern] = [
    path("today/", today.today_page, name="today"),
    path("identifications/", identifications.list_page, name="identification-list"),
    path("identifications/new/", identifications.new_page, name="identification-new"),
    path("identifications/rapid/", rapid.new_action, name="rapid-new"),
    path("drafts/<uuid:draft_id>/", rapid.resume_page, name="rapid"),
    path("drafts/<uuid:draft_id>/finish/", rapid.finish_action, name="rapid-finish"),
    path("drafts/<uuid:draft_id>/stop/", rapid.stop_page, name="rapid-stop"),
    path("drafts/<uuid:draft_id>/<slug:screen>/", rapid.screen_page, name="rapid-screen"),
    path(
        "identifications/<uuid:identification_id>/",
        identifications.identification_page,
        name="identification",
    ),
    path(
        "identifications/<uuid:identification_id>/open-case/",
        identifications.open_case_action,
        name="identification-open-case",
    ),
    path("cases/", cases.list_page, name="case-list"),
    path("cases/<uuid:case_id>/", cases.case_page, name="case"),
    path("cases/<uuid:case_id>/sections/<slug:section>/", cases.section_page, name="section"),
    path(
        "cases/<uuid:case_id>/sections/<slug:section>/history/", history.history_page, name="section-history"
    ),
    path(
        "cases/<uuid:case_id>/sections/<slug:section>/restore/",
        history.restore_action,
        name="section-restore",
    ),
    path("cases/<uuid:case_id>/consents/new/", consents.new_page, name="consent-new"),
    path(
        "cases/<uuid:case_id>/consents/<uuid:consent_id>/withdraw/",
        consents.withdraw_page,
        name="consent-withdraw",
    ),
    path("cases/<uuid:case_id>/decisions/new/", decisions.new_page, name="decision-new"),
    path("cases/<uuid:case_id>/follow-ups/new/", follow_ups.new_page, name="follow-up-new"),
    path("follow-ups/<uuid:follow_up_id>/complete/", follow_ups.complete_page, name="follow-up-complete"),
    path("instruments/", instruments.list_page, name="instruments"),
    path("instruments/new/", instruments.new_page, name="instruments-new"),
    path("instruments/wording/", instruments.wording_page, name="instruments-wording"),
    path("instruments/switch/", instruments.switch_action, name="instruments-switch"),
]
