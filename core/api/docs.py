"""The API page, with no inline code: the strict Content-Security-Policy holds there too."""

from django.views.generic import TemplateView


class ApiDocs(TemplateView):
    """Swagger UI from our own server; core/static/core/api_docs.js starts it."""

    template_name = "core/api_docs.html"
