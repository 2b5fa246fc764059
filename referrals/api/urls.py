"""The API's addresses of services, referrals and packets."""

from django.urls import path

from referrals.api import handovers, packets, referrals, services

urlpatterns = [
    path("services/", services.Services.as_view(), name="api-services"),
    path("referrals/", referrals.Referrals.as_view(), name="api-referrals"),
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
    path("packets/<uuid:packet_id>/", packets.OnePacket.as_view(), name="api-packet"),
]
