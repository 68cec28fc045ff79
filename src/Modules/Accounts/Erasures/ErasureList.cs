using Sillage.Hosting.PersonalData;
using Sillage.Storage;
using Sillage.Storage.Backup;

namespace Sillage.Accounts.Erasures;

/// <summary>Names the database of the list of erasures.</summary>
internal sealed class ErasureRecords
{
    private ErasureRecords() { }
}

/// <summary>The list of erasures, in a database of its own that a restore adds to and does not replace.</summary>
internal sealed class ErasureList(IDatabase<ErasureRecords> database, TimeProvider clock) : IErasureList, IDisposable
{
    public const string Name = "erasures";

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
    );

    private const string Columns = "id, account, section, part, form, requested_at, applied_at, removed_at, wiped_at";

    private const string Insert = """
        INSERT INTO erasure (id, account, section, part, form, requested_at)
        VALUES (@Id, @Account, @Section, @Part, @Form, @Now)
        """;

    private const string Select = $"SELECT {Columns} FROM erasure WHERE id = @id";

    private const string SelectOpen = $"""
        SELECT {Columns} FROM erasure WHERE wiped_at IS NULL AND id > @after ORDER BY id LIMIT @limit
        """;

    private const string Applied = "UPDATE erasure SET applied_at = @now WHERE id = @id";

    private const string Removed = "UPDATE erasure SET removed_at = @now WHERE id = @id AND removed_at IS NULL";

    private const string Wiped = "UPDATE erasure SET wiped_at = @now WHERE id = @id AND wiped_at IS NULL";

    private const string Withdraw = "DELETE FROM erasure WHERE id = @id";

    private const string Forget = """
        DELETE FROM erasure WHERE id IN (
          SELECT id FROM erasure WHERE requested_at < @before AND wiped_at IS NOT NULL LIMIT 1000)
        """;

    private readonly SemaphoreSlim _news = new(0);

    public Task<Guid> RecordAsync(Guid accountId, ErasureForm form, CancellationToken cancellationToken) =>
        RecordAsync(accountId, null, null, form, cancellationToken);

    public Task<Guid> RecordPartAsync(
        string section,
        string part,
        ErasureForm form,
        CancellationToken cancellationToken
    ) => RecordAsync(null, section, part, form, cancellationToken);

    private async Task<Guid> RecordAsync(
        Guid? account,
        string? section,
        string? part,
        ErasureForm form,
        CancellationToken cancellationToken
    )
    {
        var now = clock.GetUtcNow();
        var row = new
        {
            Id = Guid.CreateVersion7(now),
            Account = account,
            Section = section,
            Part = part,
            Form = form == ErasureForm.Destroy ? "destroy" : "anonymise",
            Now = now,
        };
        await database.WriteAsync(unit => unit.ExecuteAsync(Insert, row, cancellationToken), cancellationToken);
        return row.Id;
    }

    public async Task MarkAppliedAsync(Guid id, CancellationToken cancellationToken)
    {
        await MarkAsync(Applied, id, cancellationToken);
        _news.Release();
    }

    public Task MarkRemovedAsync(Guid id, CancellationToken cancellationToken) =>
        MarkAsync(Removed, id, cancellationToken);

    public Task MarkWipedAsync(Guid id, CancellationToken cancellationToken) => MarkAsync(Wiped, id, cancellationToken);

    public Task WithdrawAsync(Guid id, CancellationToken cancellationToken) =>
        database.WriteAsync(unit => unit.ExecuteAsync(Withdraw, new { id }, cancellationToken), cancellationToken);

    /// <summary>One erasure; null if there is none of this id.</summary>
    public Task<ErasureRow?> FindAsync(Guid id, CancellationToken cancellationToken) =>
        database.ReadAsync(
            reader => reader.FirstOrDefaultAsync<ErasureRow>(Select, new { id }, cancellationToken),
            cancellationToken
        );

    /// <summary>A page of those that are not done yet, in the order of their coming.</summary>
    public Task<IReadOnlyList<ErasureRow>> ReadOpenAsync(Guid after, int limit, CancellationToken cancellationToken) =>
        database.ReadAsync(
            reader => reader.QueryAsync<ErasureRow>(SelectOpen, new { after, limit = (long)limit }, cancellationToken),
            cancellationToken
        );

    /// <summary>Forgets what is done and was asked for before this time.</summary>
    public async Task ForgetAsync(DateTimeOffset before, CancellationToken cancellationToken)
    {
        while (
            await database.WriteAsync(
                unit => unit.ExecuteAsync(Forget, new { before }, cancellationToken),
                cancellationToken
            ) > 0
        ) { }
    }

    /// <summary>Waits until one was applied, or so long.</summary>
    public Task<bool> WaitAsync(TimeSpan longest, CancellationToken cancellationToken) =>
        _news.WaitAsync(longest, cancellationToken);

    public void Dispose() => _news.Dispose();

    private Task<int> MarkAsync(string sql, Guid id, CancellationToken cancellationToken)
    {
        var parameters = new { id, now = clock.GetUtcNow() };
        return database.WriteAsync(unit => unit.ExecuteAsync(sql, parameters, cancellationToken), cancellationToken);
    }
}

/// <summary>An erasure as it is in the list.</summary>
internal sealed record ErasureRow(
    Guid Id,
    Guid? Account,
    string? Section,
    string? Part,
    string Form,
    DateTimeOffset RequestedAt,
    DateTimeOffset? AppliedAt,
    DateTimeOffset? RemovedAt,
    DateTimeOffset? WipedAt
)
{
    /// <summary>Whose it is, or what: ids only.</summary>
    public string Subject => Account?.ToString() ?? $"{Section}/{Part}";

    private ErasedPart ErasedPart => new(Part!, ReadForm(), RequestedAt);

    public ErasureForm ReadForm() => Form == "destroy" ? ErasureForm.Destroy : ErasureForm.Anonymise;

    public Task<bool> IsErasedInAsync(IPersonalData data, CancellationToken cancellationToken) =>
        Account is { } account ? data.IsErasedAsync(account, cancellationToken)
        : data.Section == Section ? data.IsPartErasedAsync(ErasedPart, cancellationToken)
        : Task.FromResult(true);

    public Task EraseInAsync(IPersonalData data, IUnitOfWork unit, CancellationToken cancellationToken) =>
        Account is { } account
            ? data.EraseAsync(account, ReadForm(), unit, cancellationToken)
            : data.ErasePartAsync(ErasedPart, unit, cancellationToken);
}
