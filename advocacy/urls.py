"""Pages."""

from django.urls import URLPattern, path

from advocacy import views

urlpatterns: list[URLPattern] = [
    path("statistics/", views.statistics_page, name="statistics"),
    path("statistics/table.csv", views.table_csv, name="statistics-csv"),
]
