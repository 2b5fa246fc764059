"""The audit trail can only grow, whoever writes to it through the database; and the cache's table."""

from django.core.management import call_command
from django.db import migrations

MESSAGE = "the audit trail can only grow"

POSTGRESQL_UP = f"""
CREATE FUNCTION core_audit_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '{MESSAGE}'; END $$;
CREATE TRIGGER core_audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON core_auditevent
FOR EACH STATEMENT EXECUTE FUNCTION core_audit_append_only();
"""
POSTGRESQL_DOWN = """
DROP TRIGGER core_audit_append_only ON core_auditevent;
DROP FUNCTION core_audit_append_only();
"""
SQLITE_UP = [
    f"CREATE TRIGGER core_audit_no_{verb} BEFORE {verb.upper()} ON core_auditevent "
    f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
    for verb in ("update", "delete")
]
# INSERT OR REPLACE deletes without a word to the triggers above.
SQLITE_UP.append(
    "CREATE TRIGGER core_audit_no_replace BEFORE INSERT ON core_auditevent "  # noqa: S608
    "WHEN EXISTS (SELECT 1 FROM core_auditevent WHERE id = NEW.id) "
    "BEGIN SELECT RAISE(ABORT, '" + MESSAGE + "'); END"
)
SQLITE_DOWN = [f"DROP TRIGGER core_audit_no_{verb}" for verb in ("update", "delete", "replace")]


def _run(schema_editor, postgresql, sqlite):
    statements = [postgresql] if schema_editor.connection.vendor == "postgresql" else sqlite
    for statement in statements:
        schema_editor.execute(statement)


def guard(apps, schema_editor):
    _run(schema_editor, POSTGRESQL_UP, SQLITE_UP)


def unguard(apps, schema_editor):
    _run(schema_editor, POSTGRESQL_DOWN, SQLITE_DOWN)


def make_cache_table(apps, schema_editor):
    call_command("createcachetable", database=schema_editor.connection.alias, verbosity=0)


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial")]

    operations = [
        migrations.RunPython(guard, unguard),
        migrations.RunPython(make_cache_table, migrations.RunPython.noop),
    ]
