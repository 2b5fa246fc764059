"""Every URL. The apps are named as strings only: core imports none of them."""

from django.urls import include, path
from django.views.i18n import set_language
from drf_spectacular.views import SpectacularAPIView

from core import operations_views, views
from core.api.docs import ApiDocs
from core.api.notices import Notices, PutAway
from core.api.views import Token, Tokens

urlpatterns = [
    path("", views.home, name="home"),
    path("sign-in/", views.sign_in_page, name="sign-in"),
    path("sign-out/", views.sign_out_page, name="sign-out"),
    path("password/", views.password_page, name="password"),
    path("team/", views.team_page, name="team"),
    path("team/<uuid:membership_id>/end/", views.end_membership_page, name="end-membership"),
    path("people/", views.people_page, name="people"),
    path("notices/<uuid:notice_id>/away/", views.put_away_action, name="notice-away"),
    path("language/", set_language, name="set_language"),
    path("healthz", views.healthz, name="healthz"),
    path("metrics", operations_views.metrics_page, name="metrics"),
    path("operations/", operations_views.operations_page, name="operations"),
    path("operations/dead/", operations_views.dead_letters_page, name="operations-dead"),
    path("operations/dead/retry/", operations_views.retry_all_action, name="operations-dead-retry-all"),
    path("operations/dead/<uuid:item_id>/", operations_views.dead_letter_page, name="operations-dead-item"),
    path(
        "operations/dead/<uuid:item_id>/retry/", operations_views.retry_action, name="operations-dead-retry"
    ),
    path(
        "operations/dead/<uuid:item_id>/discard/",
        operations_views.discard_page,
        name="operations-dead-discard",
    ),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs/", ApiDocs.as_view(), name="api-docs"),
    path("api/v1/tokens/", Tokens.as_view(), name="tokens"),
    path("api/v1/tokens/<uuid:token_id>/", Token.as_view(), name="token"),
    path("api/v1/notices/", Notices.as_view(), name="api-notices"),
    path("api/v1/notices/<uuid:notice_id>/away/", PutAway.as_view(), name="api-notice-away"),
    path("api/v1/", include("casework.api.urls")),
    path("api/v1/", include("referrals.api.urls")),
    path("api/v1/", include("advocacy.api.urls")),
    path("", include("casework.urls")),
    path("", include("referrals.urls")),
    path("", include("advocacy.urls")),
]
