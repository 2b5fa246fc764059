"""Pages."""

from django.urls import URLPattern, path

from casework.views import cases, consents, follow_ups, identifications, today

urlpatterns: list[URLPattern] = [
    path("today/", today.today_page, name="today"),
    path("identifications/", identifications.list_page, name="identification-list"),
    path("identifications/new/", identifications.new_page, name="identification-new"),
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
    path("cases/<uuid:case_id>/consents/new/", consents.new_page, name="consent-new"),
    path(
        "cases/<uuid:case_id>/consents/<uuid:consent_id>/withdraw/",
        consents.withdraw_page,
        name="consent-withdraw",
    ),
    path("cases/<uuid:case_id>/follow-ups/new/", follow_ups.new_page, name="follow-up-new"),
    path("follow-ups/<uuid:follow_up_id>/complete/", follow_ups.complete_page, name="follow-up-complete"),
]
