"""Pages."""

from django.urls import URLPattern, path

from referrals.views import partner, sender

urlpatterns: list[URLPattern] = [
    path("referrals/", sender.list_page, name="referral-list"),
    path("cases/<uuid:case_id>/referrals/new/", sender.new_page, name="referral-new"),
    path("referrals/<uuid:referral_id>/", sender.referral_page, name="referral"),
    path("referrals/<uuid:referral_id>/send/", sender.send_action, name="referral-send"),
    path("referrals/<uuid:referral_id>/withdraw/", sender.withdraw_page, name="referral-withdraw"),
    path("referrals/<uuid:referral_id>/handover/", sender.close_page, name="handover-close"),
    path("inbox/", partner.inbox_page, name="inbox"),
    path("inbox/<uuid:packet_id>/", partner.packet_page, name="packet"),
    path("inbox/<uuid:packet_id>/accept/", partner.accept_action, name="packet-accept"),
    path("inbox/<uuid:packet_id>/decline/", partner.decline_page, name="packet-decline"),
    path("inbox/<uuid:packet_id>/handover/", partner.handover_page, name="packet-handover"),
]
