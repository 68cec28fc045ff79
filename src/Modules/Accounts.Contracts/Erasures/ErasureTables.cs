using Sillage.Storage;

namespace Sillage.Accounts.Contracts.Erasures;

/// <summary>Names the database of the list of erasures.</summary>
internal sealed class ErasureRecords
{
    private ErasureRecords() { }
}

/// <summary>The tables of the list of erasures.</summary>
internal static class ErasureTables
{
    /// <summary>The database's name.</summary>
    public const string Name = "erasures";

    private static readonly Sql Answers = new(
        """
        -- Which sections have nothing left of an erasure.
        CREATE TABLE erasure_answer (
          erasure     BLOB NOT NULL,
          section     TEXT NOT NULL,
          answered_at INTEGER NOT NULL,
          PRIMARY KEY (erasure, section)
        ) WITHOUT ROWID;
        -- Which sections there have been: each has to answer, those that are switched off once they are back.
        CREATE TABLE erasure_section (
          section    TEXT NOT NULL PRIMARY KEY,
          since      INTEGER NOT NULL,
          retired_at INTEGER
        ) WITHOUT ROWID;
        """,
        """
        -- Which sections have nothing left of an erasure.
        CREATE TABLE erasure_answer (
          erasure     uuid NOT NULL,
          section     text NOT NULL,
          answered_at timestamptz NOT NULL,
          PRIMARY KEY (erasure, section)
        );
        -- Which sections there have been: each has to answer, those that are switched off once they are back.
        CREATE TABLE erasure_section (
          section    text NOT NULL PRIMARY KEY,
          since      timestamptz NOT NULL,
          retired_at timestamptz
        );
        """
    );

    /// <summary>After a restore nothing in it counts as done.</summary>
    public static readonly SurvivingTable Table = new(
        "erasure",
        new Sql(
            """
            -- The account's id, or the name that a module has for a part of what it keeps; the form and when. Nothing else.
            CREATE TABLE erasure (
              id           BLOB NOT NULL PRIMARY KEY,
              account      BLOB,
              section      TEXT,
              part         TEXT,
              form         TEXT NOT NULL,
              requested_at INTEGER NOT NULL,
              -- Since when every module has it in its tables or in its outbox.
              applied_at   INTEGER,
              -- Since when no row of it is left.
              removed_at   INTEGER,
              -- Since when no byte of it is left in the files.
              wiped_at     INTEGER
            ) WITHOUT ROWID;
            CREATE INDEX erasure_open ON erasure (id) WHERE wiped_at IS NULL;
            CREATE INDEX erasure_requested_at ON erasure (requested_at);
            """,
            """
            -- The account's id, or the name that a module has for a part of what it keeps; the form and when. Nothing else.
            CREATE TABLE erasure (
              id           uuid NOT NULL PRIMARY KEY,
              account      uuid,
              section      text,
              part         text,
              form         text NOT NULL,
              requested_at timestamptz NOT NULL,
              -- Since when every module has it in its tables or in its outbox.
              applied_at   timestamptz,
              -- Since when no row of it is left.
              removed_at   timestamptz,
              -- Since when the tables were vacuumed.
              wiped_at     timestamptz
            );
            CREATE INDEX erasure_open ON erasure (id) WHERE wiped_at IS NULL;
            CREATE INDEX erasure_requested_at ON erasure (requested_at);
            """
        ),
        ["id", "account", "section", "part", "form", "requested_at", "applied_at", "removed_at", "wiped_at"],
        "UPDATE erasure SET applied_at = NULL, removed_at = NULL, wiped_at = NULL"
    )
    {
        Later = [Answers],
    };
}
