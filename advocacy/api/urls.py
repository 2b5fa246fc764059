"""The API's addresses of statistics."""

from django.urls import path

from advocacy.api.statistics import Table

urlpatterns = [path("statistics/table/", Table.as_view(), name="api-table")]
