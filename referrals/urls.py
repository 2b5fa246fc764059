"""Pages."""

from django.urls import URLPattern, path

from referrals.views import (
    board,
    directory,
    enclosures,
    exchange,
    finding,
    groups,
    one_time,
    partner,
    places,
    sender,
    updating,
    ways,
)

urlpatterns: list[URLPattern] = [
    path("referrals/", board.board_page, name="referral-list"),
    path("cases/<uuid:case_id>/referrals/new/", sender.new_page, name="referral-new"),
    path("referrals/<uuid:referral_id>/", sender.referral_page, name="referral"),
    path("referrals/<uuid:referral_id>/send/", sender.send_action, name="referral-send"),
    path("referrals/<uuid:referral_id>/update/", updating.update_page, name="referral-update"),
    path("referrals/<uuid:referral_id>/withdraw/", sender.withdraw_page, name="referral-withdraw"),
    path("referrals/<uuid:referral_id>/handover/", sender.close_page, name="handover-close"),
    path(
        "referrals/<uuid:referral_id>/documents/<uuid:document_id>/",
        enclosures.planned_page,
        name="referral-document",
    ),
    path(
        "referrals/<uuid:referral_id>/exchange/<slug:kind>/", exchange.sender_page, name="referral-exchange"
    ),
    path("cases/<uuid:case_id>/referrals/told/", ways.told_new_page, name="referral-told-new"),
    path("cases/<uuid:case_id>/referrals/group/", groups.new_page, name="referral-group"),
    path("referrals/blank/", ways.blank_page, name="referral-blank"),
    path("referrals/<uuid:referral_id>/link/", ways.link_page, name="referral-link"),
    path("referrals/<uuid:referral_id>/file/", ways.file_page, name="referral-file"),
    path("referrals/<uuid:referral_id>/sheet/", ways.sheet_page, name="referral-sheet"),
    path("referrals/<uuid:referral_id>/told/", ways.told_page, name="referral-told"),
    path("referrals/<uuid:referral_id>/answer/", ways.answer_page, name="referral-answer"),
    path("referrals/<uuid:referral_id>/group/send/", groups.send_action, name="referral-group-send"),
    path("inbox/", partner.inbox_page, name="inbox"),
    path("inbox/<uuid:packet_id>/group/", groups.answer_page, name="packet-group"),
    path("inbox/<uuid:packet_id>/", partner.packet_page, name="packet"),
    path(
        "inbox/<uuid:packet_id>/documents/<uuid:enclosure_id>/",
        enclosures.preview_page,
        name="packet-document",
    ),
    path(
        "inbox/<uuid:packet_id>/documents/<uuid:enclosure_id>/download/",
        enclosures.download,
        name="packet-document-download",
    ),
    path("inbox/<uuid:packet_id>/accept/", partner.accept_action, name="packet-accept"),
    path("inbox/<uuid:packet_id>/decline/", partner.decline_page, name="packet-decline"),
    path("inbox/<uuid:packet_id>/exchange/<slug:kind>/", exchange.partner_page, name="packet-exchange"),
    path("inbox/<uuid:packet_id>/handover/", partner.handover_page, name="packet-handover"),
    path("cases/<uuid:case_id>/places/new/", places.new_page, name="place-new"),
    path("places/", places.requests_page, name="place-requests"),
    path("places/<uuid:place_id>/send/", places.send_action, name="place-send"),
    path("places/<uuid:place_id>/end/", places.end_action, name="place-end"),
    path("inbox/places/", places.asks_page, name="place-asks"),
    path("inbox/places/<uuid:ask_id>/hold/", places.hold_action, name="place-hold"),
    path("inbox/places/<uuid:ask_id>/decline/", places.decline_action, name="place-decline"),
    path("services/", directory.list_page, name="service-list"),
    path("services/kept/", directory.kept_page, name="services-kept"),
    path("services/<uuid:service_id>/", directory.service_page, name="service"),
    path("services/<uuid:service_id>/capacity/", directory.capacity_page, name="service-capacity"),
    path("cases/<uuid:case_id>/services/", finding.find_page, name="service-find"),
    # Without sign-in, for whoever has the link.
    path("o/<uuid:one_time_id>/", one_time.one_time_page, name="one-time"),
    path("o/<uuid:one_time_id>/open/", one_time.open_action, name="one-time-open"),
    path("o/<uuid:one_time_id>/answer/", one_time.answer_action, name="one-time-answer"),
]
