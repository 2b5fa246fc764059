"""The API page, with no inline code: the strict Content-Security-Policy holds there too."""

from drf_spectacular.views import SpectacularSwaggerSplitView


class ApiDocs(SpectacularSwaggerSplitView):
    """Swagger UI from our own server, its script in a file of its own."""

    template_name = "core/api_docs.html"
    title = "Hearth API"
