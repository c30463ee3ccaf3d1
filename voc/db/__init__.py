"""The ledger's database: engine, tables, migrations. One schema on SQLite and PostgreSQL."""
