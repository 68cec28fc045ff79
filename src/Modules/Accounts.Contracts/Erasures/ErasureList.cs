using System.Text.Json;
using Sillage.Accounts.Contracts.PersonalData;
using Sillage.Api.Formats;
using Sillage.Storage;
using Sillage.Storage.Work;

namespace Sillage.Accounts.Contracts.Erasures;

/// <summary>The list of erasures, in a database of its own that a restore adds to and does not replace.</summary>
internal sealed class ErasureList(IDatabase<ErasureRecords> database, WorkBell<ErasureRecords> bell, TimeProvider clock)
    : IErasureList
{
    private const string Columns = "id, account, section, part, form, requested_at, applied_at, removed_at, wiped_at";

    private const string Insert = """
        INSERT INTO erasure (id, account, section, part, form, requested_at)
        VALUES (@Id, @Account, @Section, @Part, @Form, @Now)
        """;

    private const string Select = $"SELECT {Columns} FROM erasure WHERE id = @Id";

    private const string SelectOpen = $"""
        SELECT {Columns} FROM erasure WHERE wiped_at IS NULL AND id > @After ORDER BY id LIMIT @Limit
        """;

    private const string Applied = "UPDATE erasure SET applied_at = @Now WHERE id = @Id";

    private const string Answers = "SELECT section, answered_at FROM erasure_answer WHERE erasure = @Id";

    private const string NoteAnswer = """
        INSERT INTO erasure_answer (erasure, section, answered_at) VALUES (@Erasure, @Section, @Now)
        ON CONFLICT (erasure, section) DO UPDATE SET answered_at = excluded.answered_at
        """;

    private const string ForgetAnswers = "DELETE FROM erasure_answer WHERE erasure NOT IN (SELECT id FROM erasure)";

    private const string Sections = "SELECT section, since, retired_at FROM erasure_section ORDER BY section";

    private const string See = """
        INSERT INTO erasure_section (section, since) VALUES (@Section, @Now)
        ON CONFLICT (section) DO UPDATE SET retired_at = NULL
        """;

    private const string Retire = """
        UPDATE erasure_section SET retired_at = @Now WHERE section = @Section AND retired_at IS NULL
        """;

    private const string Removed = "UPDATE erasure SET removed_at = @Now WHERE id = @Id AND removed_at IS NULL";

    // From here on it leads to nobody: neither by an id nor by the moment.
    private const string Complete = """
        UPDATE erasure SET account = NULL, part = @Part, requested_at = @RequestedAt, applied_at = @AppliedAt,
          removed_at = @RemovedAt, wiped_at = @WipedAt
        WHERE id = @Id AND wiped_at IS NULL
        """;

    private const string Recognise = "UPDATE erasure SET account = @Account, part = NULL WHERE id = @Id";

    private const string SelectDone = $"""
        SELECT {Columns} FROM erasure WHERE wiped_at IS NOT NULL AND account IS NOT NULL LIMIT @Limit
        """;

    private const string Disguise = "UPDATE erasure SET account = NULL, part = @Part WHERE id = @Id";

    private const string Withdraw = "DELETE FROM erasure WHERE id = @Id";

    private const string Forget = """
        DELETE FROM erasure WHERE id IN (
          SELECT id FROM erasure WHERE requested_at < @Before AND wiped_at IS NOT NULL LIMIT 1000)
        """;

    /// <summary>Whether several processes share it.</summary>
    public bool IsShared => database.Dialect == SqlDialect.Postgres;

    public Task<Guid> RecordAsync(Guid accountId, ErasureForm form, CancellationToken ct) =>
        RecordAsync(accountId, null, null, form, ct);

    public Task<Guid> RecordPartAsync(string section, string part, ErasureForm form, CancellationToken ct) =>
        RecordAsync(null, section, part, form, ct);

    private async Task<Guid> RecordAsync(
        Guid? account,
        string? section,
        string? part,
        ErasureForm form,
        CancellationToken ct
    )
    {
        var now = clock.GetUtcNow();
        var row = new
        {
            Id = RandomId.Create(),
            Account = account,
            Section = section,
            Part = part,
            Form = form == ErasureForm.Destroy ? "destroy" : "anonymise",
            Now = now,
        };
        await database.WriteAsync(unit => unit.ExecuteAsync(Insert, row, ct), ct);
        return row.Id;
    }

    public async Task MarkAppliedAsync(Guid id, CancellationToken ct)
    {
        await MarkAsync(Applied, id, ct);
        Wake();
    }

    public Task MarkRemovedAsync(Guid id, CancellationToken ct) => MarkAsync(Removed, id, ct);

    /// <summary>Every section has answered: the erasure is done, and the audit trail says so, once.</summary>
    public Task CompleteAsync(ErasureRow erasure, AuditEntry entry, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var parameters = new
        {
            erasure.Id,
            Part = erasure.Account is { } account ? ErasedAccount.NameOf(account) : erasure.Part,
            RequestedAt = Coarse.DayOf(erasure.RequestedAt),
            AppliedAt = Coarse.DayOf(erasure.AppliedAt ?? now),
            RemovedAt = Coarse.DayOf(erasure.RemovedAt ?? now),
            WipedAt = Coarse.DayOf(now),
        };
        return database.WriteAsync(
            async unit =>
            {
                // On PostgreSQL each process of the deployment may see it.
                if (await unit.ExecuteAsync(Complete, parameters, ct) > 0)
                {
                    await unit.AuditAsync(entry, ct);
                }

                return true;
            },
            ct
        );
    }

    /// <summary>Keeps the answer of a section.</summary>
    public async Task NoteAnswerAsync(IUnitOfWork unit, SectionErased answer, CancellationToken ct)
    {
        var parameters = new
        {
            answer.Erasure,
            answer.Section,
            Now = clock.GetUtcNow(),
        };
        await unit.ExecuteAsync(NoteAnswer, parameters, ct);
        var details = JsonSerializer.Serialize(new { id = answer.Erasure, section = answer.Section }, Json.Options);
        var entry = new AuditEntry("erasure.answered", null, answer.Erasure.ToString(), details);
        await unit.AuditAsync(entry with { IsOfTheDay = true }, ct);
    }

    /// <summary>The sections that have answered since the erasure was applied, after a restore for the last time.</summary>
    public async Task<IReadOnlySet<string>> ReadAnswersAsync(ErasureRow erasure, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(erasure);
        var rows = await database.ReadAsync(
            reader => reader.QueryAsync<AnswerRow>(Answers, new { Id = erasure.Id }, ct),
            ct
        );
        return rows.Where(row => row.AnsweredAt >= erasure.AppliedAt)
            .Select(row => row.Section)
            .ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>Every section that there has been.</summary>
    public Task<IReadOnlyList<SectionRow>> ReadSectionsAsync(CancellationToken ct) =>
        database.ReadAsync(reader => reader.QueryAsync<SectionRow>(Sections, null, ct), ct);

    /// <summary>Says that there are these sections.</summary>
    public Task SeeAsync(IReadOnlyCollection<string> sections, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        return database.WriteAsync(
            async unit =>
            {
                foreach (var section in sections)
                {
                    await unit.ExecuteAsync(See, new { Section = section, Now = now }, ct);
                }

                return true;
            },
            ct
        );
    }

    /// <summary>A section is gone for good, and no erasure waits for it any more.</summary>
    /// <returns>False if there is no such section, or it has been retired before.</returns>
    public Task<bool> RetireAsync(string section, CancellationToken ct)
    {
        var parameters = new { Section = section, Now = clock.GetUtcNow() };
        return database.WriteAsync(
            async unit =>
            {
                if (await unit.ExecuteAsync(Retire, parameters, ct) == 0)
                {
                    return false;
                }

                await unit.AuditAsync(new AuditEntry("section.retired", null, section), ct);
                return true;
            },
            ct
        );
    }

    public Task WithdrawAsync(Guid id, CancellationToken ct) =>
        database.WriteAsync(unit => unit.ExecuteAsync(Withdraw, new { Id = id }, ct), ct);

    /// <summary>One erasure; null if there is none of this id.</summary>
    public Task<ErasureRow?> FindAsync(Guid id, CancellationToken ct) =>
        database.ReadAsync(reader => reader.FirstOrDefaultAsync<ErasureRow>(Select, new { Id = id }, ct), ct);

    /// <summary>Whose erasure it is, found among what a backup brought back: until it is done again, the list says so.</summary>
    public Task RecogniseAsync(Guid id, Guid account, CancellationToken ct) =>
        database.WriteAsync(unit => unit.ExecuteAsync(Recognise, new { Id = id, Account = account }, ct), ct);

    /// <summary>Some that are done and still say whose they were, as all did once.</summary>
    public Task<IReadOnlyList<ErasureRow>> ReadDoneByNameAsync(int limit, CancellationToken ct) =>
        database.ReadAsync(reader => reader.QueryAsync<ErasureRow>(SelectDone, new { Limit = (long)limit }, ct), ct);

    /// <summary>Makes such a one say it no more.</summary>
    public Task DisguiseAsync(ErasureRow erasure, CancellationToken ct)
    {
        var parameters = new { erasure.Id, Part = ErasedAccount.NameOf(erasure.Account!.Value) };
        return database.WriteAsync(unit => unit.ExecuteAsync(Disguise, parameters, ct), ct);
    }

    /// <summary>A page of those that are not done yet.</summary>
    public Task<IReadOnlyList<ErasureRow>> ReadOpenAsync(Guid after, int limit, CancellationToken ct) =>
        database.ReadAsync(
            reader => reader.QueryAsync<ErasureRow>(SelectOpen, new { After = after, Limit = (long)limit }, ct),
            ct
        );

    /// <summary>Forgets what is done and was asked for before this time.</summary>
    public async Task ForgetAsync(DateTimeOffset before, CancellationToken ct)
    {
        while (await database.WriteAsync(unit => unit.ExecuteAsync(Forget, new { Before = before }, ct), ct) > 0)
        {
            await database.WriteAsync(unit => unit.ExecuteAsync(ForgetAnswers, null, ct), ct);
        }
    }

    /// <summary>Something has come on; whoever sees erasures through looks at once.</summary>
    public void Wake() => bell.Ring<SeeErasuresThrough>();

    private Task<int> MarkAsync(string sql, Guid id, CancellationToken ct)
    {
        var parameters = new { Id = id, Now = clock.GetUtcNow() };
        return database.WriteAsync(unit => unit.ExecuteAsync(sql, parameters, ct), ct);
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
    /// <summary>A person's digest, if nothing else is known of whose it was.</summary>
    public string? Digest => Account is null && Section is null ? Part : null;

    private ErasedPart ErasedPart => new(Part!, ReadForm(), RequestedAt);

    public ErasureForm ReadForm() => Form == "destroy" ? ErasureForm.Destroy : ErasureForm.Anonymise;

    /// <summary>Whether a section has anything to do with it.</summary>
    public bool Concerns(string section) => Section is null || Section == section;

    public Task<bool> IsErasedInAsync(IPersonalData data, CancellationToken ct) =>
        Account is { } account ? data.IsErasedAsync(account, ct)
        : data.Section == Section ? data.IsPartErasedAsync(ErasedPart, ct)
        : Task.FromResult(true);

    public async Task EraseInAsync(IPersonalData data, IUnitOfWork unit, CancellationToken ct)
    {
        if (Account is { } account)
        {
            await data.EraseAsync(account, ReadForm(), unit, ct);
            await unit.ForgetPersonAsync(account, ct);
        }
        else
        {
            await data.ErasePartAsync(ErasedPart, unit, ct);
        }
    }
}

internal sealed record AnswerRow(string Section, DateTimeOffset AnsweredAt);

/// <summary>A section of a person's data that some process of the deployment has, or had.</summary>
/// <param name="Section">Its name, which is its module's.</param>
/// <param name="Since">When it was seen first.</param>
/// <param name="RetiredAt">Since when nobody waits for it any more.</param>
internal sealed record SectionRow(string Section, DateTimeOffset Since, DateTimeOffset? RetiredAt);
