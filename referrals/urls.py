"""Pages."""

from django.urls import URLPattern, path

from referrals import views

urlpatterns: list[URLPattern] = [
    path("referrals/", views.list_page, name="referral-list"),
    path("cases/<uuid:case_id>/referrals/new/", views.new_page, name="referral-new"),
    path("referrals/<uuid:referral_id>/", views.referral_page, name="referral"),
    path("referrals/<uuid:referral_id>/send/", views.send_action, name="referral-send"),
    path("referrals/<uuid:referral_id>/withdraw/", views.withdraw_page, name="referral-withdraw"),
    path("referrals/<uuid:referral_id>/handover/", views.close_page, name="handover-close"),
    path("inbox/", views.inbox_page, name="inbox"),
    path("inbox/<uuid:packet_id>/", views.packet_page, name="packet"),
    path("inbox/<uuid:packet_id>/accept/", views.accept_action, name="packet-accept"),
    path("inbox/<uuid:packet_id>/decline/", views.decline_page, name="packet-decline"),
    path("inbox/<uuid:packet_id>/handover/", views.handover_page, name="packet-handover"),
]
