"""Every table of the ledger, once, for SQLite and PostgreSQL; what a column means stands beside it.

Times are integers: microseconds since 1970-01-01 UTC. There are no foreign keys (they cost a look-up a row on
the hot path); `ledger.checks` finds what they would have prevented, and a damaged disk as well.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Sequence,
    Table,
    Text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    }
)
# SQLite makes a column the row id, and so free, only when its type is exactly INTEGER.
_Id = BigInteger().with_variant(Integer, "sqlite")

# Ledger sequence on PostgreSQL (appends do not wait for each other); SQLite uses the counter `seq`.
ledger_seq = Sequence("ledger_seq", metadata=metadata)

meta = Table(  # proofs that the keys are the ones this ledger was written with
    "meta",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", LargeBinary, nullable=False),
)

counters = Table(  # last number given: seq (SQLite only), version, ack
    "counters",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", BigInteger, nullable=False),
)

workspaces = Table(
    "workspaces",
    metadata,
    Column("name", Text, primary_key=True),
    Column("timezone", Text, nullable=False),
    Column("taxonomy", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
)

sources = Table(
    "sources",
    metadata,
    Column("workspace", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("kind", Text, nullable=False),  # of the first delivery
    Column("first_seen", BigInteger, nullable=False),
    Column("last_received", BigInteger),
    Column("cursor", Text),  # where the next pull begins; moves in the transaction that keeps the records
    Column("accepted", BigInteger, nullable=False),  # documents and refused rows ever taken in
)

items = Table(  # one document: (workspace, source, native id)
    "items",
    metadata,
    Column("item", _Id, primary_key=True, autoincrement=False),  # ledger sequence of its first revision
    Column("document_id", Text, nullable=False, unique=True),  # a hash of workspace, source, native id
    Column("workspace", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("native_id", Text, nullable=False),  # empty after an erasure on request
    Column("state", Text, nullable=False),  # of the newest revision: pending indexed dead deleted
    Column("revision", Integer, nullable=False),  # the current one
    Column("revisions", Integer, nullable=False),  # last number given, history included
    Column("seq", BigInteger, nullable=False),  # of the current revision
    Column("digest", LargeBinary, nullable=False),  # of the current revision
    Column("updated_at", BigInteger),  # newest the source has told
    Column("received_at", BigInteger, nullable=False),  # of the first revision
    Column("deleted_at", BigInteger),
    Column("deleted_reason", Text),  # request retention source
    Index("ix_items_balance", "workspace", "source", "state"),
)

revisions = Table(
    "revisions",
    metadata,
    Column("seq", _Id, primary_key=True, autoincrement=False),  # ledger sequence
    Column("item", BigInteger, nullable=False, index=True),
    Column("revision", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False),  # keyed, of kind and record: tells whether it changed
    Column("updated_at", BigInteger),
    Column("received_at", BigInteger, nullable=False),
    Column("author_key", Text),
    Column("payload", LargeBinary, nullable=False),  # the record, encrypted
)

work = Table(  # the current revision of each document that waits for text and language
    "work",
    metadata,
    Column("workspace", Text, primary_key=True),
    Column("item", BigInteger, primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("token", BigInteger, nullable=False),  # of the claim that holds it; 0: none
    Column("worker", Text),
    Column("lease_until", BigInteger, nullable=False),  # 0: free
    Column("attempts", Integer, nullable=False),
    sqlite_with_rowid=False,
)

annotated = Table(  # what the models said of the newest annotated revision, and its place among copies
    "annotations",
    metadata,
    Column("item", _Id, primary_key=True, autoincrement=False),
    Column("workspace", Text, nullable=False),
    Column("document_id", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("text_revision", Integer, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("author_key", Text),
    Column("taxonomy", Text, nullable=False),
    Column("text_digest", Text, nullable=False),
    Column("signature", Text, nullable=False),
    Column("copy_group", Text),  # documents with the same one are copies; None: has no copies
    Column("copy_rank", BigInteger, nullable=False),  # sequence with which it came into the group
    Column("duplicate_of", Text),  # document id of the representative; None: is one
    Column("body", LargeBinary),  # None: deleted
    Column(
        "edited", Float
    ),  # share in which it differed from who it was found to be a near copy of; None: is none
)
Index(  # at most one representative a group
    "uq_annotations_representative",
    annotated.c.workspace,
    annotated.c.copy_group,
    unique=True,
    sqlite_where=annotated.c.duplicate_of.is_(None) & annotated.c.copy_group.is_not(None),
    postgresql_where=annotated.c.duplicate_of.is_(None) & annotated.c.copy_group.is_not(None),
)
Index(
    "ix_annotations_duplicate_of",
    annotated.c.duplicate_of,
    annotated.c.copy_rank,
    sqlite_where=annotated.c.duplicate_of.is_not(None),
    postgresql_where=annotated.c.duplicate_of.is_not(None),
)

Index(  # where equal words of a near copy belong
    "ix_annotations_near",
    annotated.c.workspace,
    annotated.c.signature,
    sqlite_where=annotated.c.edited.is_not(None),
    postgresql_where=annotated.c.edited.is_not(None),
)

sketches = Table(  # what an annotated text is compared by with others (text.sketches); short ones have none
    "sketches",
    metadata,
    Column("item", _Id, primary_key=True, autoincrement=False),
    Column("sketch", LargeBinary, nullable=False),
)

outbox = Table(  # newest version of each document's index rows, and whether the index has it
    "outbox",
    metadata,
    Column("workspace", Text, primary_key=True),
    Column("item", BigInteger, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("waiting", Boolean, nullable=False),
    Column("deleted", Boolean, nullable=False),
    Column("ack_seq", BigInteger),  # of the newest acknowledgement
    sqlite_with_rowid=False,
)
Index(
    "ix_outbox_waiting",
    outbox.c.version,
    sqlite_where=outbox.c.waiting.is_(True),
    postgresql_where=outbox.c.waiting.is_(True),
)
Index("ix_outbox_version", outbox.c.version)  # what changed since, for who follows the heads of copies
Index(
    "ix_outbox_ack_seq",
    outbox.c.workspace,
    outbox.c.ack_seq,
    sqlite_where=outbox.c.ack_seq.is_not(None),
    postgresql_where=outbox.c.ack_seq.is_not(None),
)

dead_letters = Table(
    "dead_letters",
    metadata,
    Column("id", _Id, primary_key=True, autoincrement=False),  # ledger sequence
    Column("workspace", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("item", BigInteger, index=True),  # None: a row that could not be read
    Column("place", Text),  # where in the file
    Column("code", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("raw", LargeBinary),  # the unreadable row, encrypted
)
Index(
    "uq_dead_letters_refused",
    dead_letters.c.workspace,
    dead_letters.c.source,
    dead_letters.c.digest,
    unique=True,
    sqlite_where=dead_letters.c.item.is_(None),
    postgresql_where=dead_letters.c.item.is_(None),
)

verdicts = Table(  # what people decided about a document's integrity; history, one at most in force
    "verdicts",
    metadata,
    Column("id", _Id, primary_key=True, autoincrement=False),  # ledger sequence
    Column("workspace", Text, nullable=False),
    Column("item", BigInteger, nullable=False, index=True),
    Column("verdict", Text, nullable=False),  # release quarantine none
    Column("in_force", Boolean, nullable=False),  # never of `none`, which takes the one before back
    Column("reason", LargeBinary, nullable=False),  # encrypted
    Column("actor", Text, nullable=False),  # key id, or a verb of the command line
    Column("at", BigInteger, nullable=False),
)
Index(
    "uq_verdicts_in_force",
    verdicts.c.workspace,
    verdicts.c.item,
    unique=True,
    sqlite_where=verdicts.c.in_force.is_(True),
    postgresql_where=verdicts.c.in_force.is_(True),
)

rekeyed = Table(  # pseudonyms under the next identity key, while it is made ready; empty otherwise
    "rekeyed",
    metadata,
    Column("old", Text, primary_key=True),
    Column("new", Text, nullable=False),
    sqlite_with_rowid=False,
)

person_links = Table(  # One-ID: which person an author key belongs to; unlinked keys are persons of their own
    "person_links",
    metadata,
    Column("workspace", Text, primary_key=True),
    Column("author_key", Text, primary_key=True),
    Column("person", Text, nullable=False),
)

access_keys = Table(
    "access_keys",
    metadata,
    Column("id", Text, primary_key=True),
    Column("workspace", Text, nullable=False),  # or *
    Column("name", Text, nullable=False),
    Column("secret_sha256", Text, nullable=False, unique=True),
    Column("scopes", Text, nullable=False),  # joined by spaces
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger),
    Column("revoked_at", BigInteger),
)

responses = Table(  # answers given under an Idempotency-Key
    "responses",
    metadata,
    Column("workspace", Text, primary_key=True),
    Column("key_sha256", Text, primary_key=True),
    Column("body_digest", Text, nullable=False),
    Column("expires_at", BigInteger, nullable=False, index=True),
    Column("response", LargeBinary, nullable=False),  # encrypted
)

jobs = Table(
    "jobs",
    metadata,
    Column("workspace", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),  # queued running done failed
    Column("detail", Text, nullable=False),  # JSON
    Column("counts", Text, nullable=False),  # JSON
    Column("errors", Text, nullable=False),  # JSON, capped
    Column("errors_total", Integer, nullable=False),
    Column("progress", Float),  # 0..1, None: not known
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("id", _Id, primary_key=True, autoincrement=False),
    Column("workspace", Text, nullable=False, index=True),
    Column("at", BigInteger, nullable=False),
    Column("actor", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("target", Text, nullable=False),
    Column("detail", Text, nullable=False),  # JSON
)
