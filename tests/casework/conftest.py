"""What casework's tests share."""

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def folder(settings: Any, tmp_path: Path) -> Path:
    """Where uploads and documents lie: a folder of the test's own."""
    options = {"location": str(tmp_path / "documents"), "file_permissions_mode": 0o600}
    options |= {"directory_permissions_mode": 0o700}
    settings.UPLOAD_DIR = tmp_path / "uploads"
    settings.STORAGES = {
        **settings.STORAGES,
        "documents": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": options},
    }
    return tmp_path
