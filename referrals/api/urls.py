"""The API's addresses of services, referrals and packets."""

from django.urls import path

from referrals.api import enclosures, exchange, handovers, hsds, packets, referrals, services, ways

urlpatterns = [
    path("hsds/", hsds.Version.as_view(), name="api-hsds"),
    path("hsds/services/", hsds.PublishedServices.as_view(), name="api-hsds-services"),
    path("hsds/services/<uuid:hsds_service_id>/", hsds.PublishedService.as_view(), name="api-hsds-service"),
    path("hsds/organizations/", hsds.PublishedOrganizations.as_view(), name="api-hsds-organizations"),
    path(
        "hsds/organizations/<uuid:hsds_organization_id>/",
        hsds.PublishedOrganization.as_view(),
        name="api-hsds-organization",
    ),
    path("services/", services.Services.as_view(), name="api-services"),
    path("services/<uuid:service_id>/capacity/", services.Capacity.as_view(), name="api-service-capacity"),
    path("cases/<uuid:case_id>/matches/", services.CaseMatches.as_view(), name="api-case-matches"),
    path("referrals/", referrals.Referrals.as_view(), name="api-referrals"),
    path("referrals/told/", ways.Told.as_view(), name="api-referrals-told"),
    path("referrals/<uuid:referral_id>/link/", ways.Link.as_view(), name="api-referral-link"),
    path("referrals/<uuid:referral_id>/file/", ways.File.as_view(), name="api-referral-file"),
    path("referrals/<uuid:referral_id>/answer/", ways.Answer.as_view(), name="api-referral-answer"),
    path("referrals/<uuid:referral_id>/", referrals.OneReferral.as_view(), name="api-referral"),
    path("referrals/<uuid:referral_id>/send/", referrals.Send.as_view(), name="api-referral-send"),
    path(
        "referrals/<uuid:referral_id>/withdraw/", referrals.Withdraw.as_view(), name="api-referral-withdraw"
    ),
    path("referrals/<uuid:referral_id>/accept/", packets.Accept.as_view(), name="api-referral-accept"),
    path("referrals/<uuid:referral_id>/decline/", packets.Decline.as_view(), name="api-referral-decline"),
    path(
        "referrals/<uuid:referral_id>/handover/answer/",
        handovers.Answer.as_view(),
        name="api-handover-answer",
    ),
    path(
        "referrals/<uuid:referral_id>/handover/close/",
        handovers.Close.as_view(),
        name="api-handover-close",
    ),
    path("packets/", packets.Packets.as_view(), name="api-packets"),
    path(
        "referrals/<uuid:referral_id>/exchange/",
        exchange.ReferralExchange.as_view(),
        name="api-referral-exchange",
    ),
    path("packets/<uuid:packet_id>/exchange/", exchange.PacketExchange.as_view(), name="api-packet-exchange"),
    path("packets/<uuid:packet_id>/", packets.OnePacket.as_view(), name="api-packet"),
    path(
        "packets/<uuid:packet_id>/documents/<uuid:enclosure_id>/content/",
        enclosures.EnclosureContent.as_view(),
        name="api-packet-document-content",
    ),
]
