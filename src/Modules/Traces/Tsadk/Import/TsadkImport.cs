using System.Text.Json;
using Sillage.Accounts.Contracts;
using Sillage.Hosting.Verbs;
using Sillage.Schema;
using Sillage.Storage;
using Sillage.Traces.Import;
using Sillage.Traces.Studies;

namespace Sillage.Traces.Tsadk.Import;

/// <summary>What to take over from a database of the TSADK API.</summary>
/// <param name="File">The SQLite database.</param>
/// <param name="Study">The study's slug; it is made if there is none.</param>
public sealed record TsadkImportRequest(string File, string Study)
{
    /// <summary>Whether only to look.</summary>
    public bool DryRun { get; init; }

    /// <summary>Whether administrators of the old API become participants with ordinary accounts; without, they get no account.</summary>
    public bool Admins { get; init; }

    /// <summary>Whether to go on where a user cannot have an account, leaving his logs to a participant without one, for good.</summary>
    public bool LeaveBad { get; init; }

    /// <summary>Whether users who become participants have given the study's consent on paper.</summary>
    public bool ConsentOnPaper { get; init; }

    /// <summary>A file that says under which name a user goes on; null for none.</summary>
    public string? UserMap { get; init; }

    /// <summary>Where the credentials go (<c>.csv</c>, or <c>.html</c> for cards to print); null for beside the database.</summary>
    public string? Credentials { get; init; }

    /// <summary>The address on the cards; null for none.</summary>
    public string? Address { get; init; }

    /// <summary>Who is to own a study that is made; null for nobody, so that administrators give rights.</summary>
    public string? Owner { get; init; }
}

/// <summary>What came of it, or would.</summary>
public sealed record TsadkImportSummary
{
    /// <summary>Whether the study was made.</summary>
    public bool StudyMade { get; internal set; }

    /// <summary>Users who have an account and a number now and had none before.</summary>
    public int UsersAdded { get; internal set; }

    /// <summary>Users who were there already.</summary>
    public int UsersKnown { get; internal set; }

    /// <summary>Numbers without an account: administrators, users who are gone or were left, each with the reason.</summary>
    public IReadOnlyList<string> WithoutAccount { get; internal set; } = [];

    /// <summary>Users who cannot have an account as they are, each with the reason; only a dry run comes so far.</summary>
    public IReadOnlyList<string> UsersBad { get; internal set; } = [];

    /// <summary>The file to say in under which name those go on; null if there are none.</summary>
    public string? UserMap { get; internal set; }

    /// <summary>How many were erased here since they were taken over, and are not brought back.</summary>
    public int UsersErased { get; internal set; }

    /// <summary>Logs that are stored now and were not before.</summary>
    public long LogsAdded { get; internal set; }

    /// <summary>Logs that were there already.</summary>
    public long LogsKnown { get; internal set; }

    /// <summary>Logs whose timestamp says no time, so that the time of the import stands in.</summary>
    public long LogsWithoutTime { get; internal set; }

    /// <summary>Logs that could not be taken, by reason.</summary>
    public IReadOnlyDictionary<string, long> LogsBad { get; internal set; } = new Dictionary<string, long>();

    /// <summary>Where the credentials are; null if there are none.</summary>
    public string? Credentials { get; internal set; }

    /// <summary>Where the logs that could not be taken are; null if there are none.</summary>
    public string? BadLogs { get; internal set; }
}

/// <summary>
/// Takes over users and logs of the TSADK API. Users keep their numbers and logs their ids. Run again, it adds what has
/// come since; broken off, it goes on where it was.
/// </summary>
public sealed class TsadkImport
{
    private readonly IDatabase<TracesData> _database;
    private readonly StudyDirectory _directory;
    private readonly ImportStore _store;
    private readonly IAccountDirectory _accounts;
    private readonly TimeProvider _clock;

    internal TsadkImport(
        IDatabase<TracesData> database,
        StudyDirectory directory,
        ImportStore store,
        IAccountDirectory accounts,
        TimeProvider clock
    ) => (_database, _directory, _store, _accounts, _clock) = (database, directory, store, accounts, clock);

    /// <summary>Takes over what is not here yet.</summary>
    /// <exception cref="ImportException">It cannot be done; the message says what to do.</exception>
    public Task<TsadkImportSummary> RunAsync(
        TsadkImportRequest request,
        IProgress<ImportProgress>? progress,
        CancellationToken ct
    )
    {
        ArgumentNullException.ThrowIfNull(request);
        return ImportStore.ExplainAsync(
            () => TakeOverAsync(request, progress, ct),
            "What was taken over until then stays; run the same command again, and it goes on there."
        );
    }

    private async Task<TsadkImportSummary> TakeOverAsync(
        TsadkImportRequest request,
        IProgress<ImportProgress>? progress,
        CancellationToken ct
    )
    {
        var summary = new TsadkImportSummary();
        await using var old = await TsadkDatabase.OpenAsync(request.File, ct);
        var study = await FindStudyAsync(request, ct);
        var (_, last) = await old.MeasureLogsAsync(ct);
        await TsadkRoom.CheckAsync(_database, study, last, ct);

        var planning = new UserPlanning(_database, _accounts, request, summary);
        var plan = await planning.PlanAsync(await old.ReadUsersAsync(ct), study, ct);
        if (!request.DryRun)
        {
            study = await WithSecretAsync(study ?? await MakeStudyAsync(request, summary, ct), ct);
            await TsadkRoom.MakeAsync(_database, study, last, ct);
            var users = new TsadkUsers(_database, _directory, _accounts, _clock, request, summary);
            await users.TakeOverAsync(plan, study, ct);
        }
        else
        {
            summary.StudyMade = study is null;
        }

        var logs = new TsadkLogs(_database, _store, _clock, request, summary);
        await logs.TakeOverAsync(old, study, plan, progress, ct);
        if (!request.DryRun)
        {
            await AuditAsync(request, summary);
        }

        return summary;
    }

    private async Task<Study?> FindStudyAsync(TsadkImportRequest request, CancellationToken ct)
    {
        if (StudyRules.CheckSlug(request.Study).FirstOrDefault() is { } wrong)
        {
            throw new ImportException($"'{request.Study}' cannot be a study's slug: {wrong.Detail}");
        }

        var study = await _directory.FindAsync(request.Study, ct);
        return study is null || TsadkStudy.Fits(study)
            ? study
            : throw new ImportException(
                $"The study '{request.Study}' does not take TSADK logs: it would have to declare the fields "
                    + $"{string.Join(", ", TsadkStudy.Fields)} as strings and require no other. Name another study with --study."
            );
    }

    private async Task<Study> MakeStudyAsync(
        TsadkImportRequest request,
        TsadkImportSummary summary,
        CancellationToken ct
    )
    {
        AccountSummary? owner = null;
        if (request.Owner is not null)
        {
            owner =
                await _accounts.FindByUsernameAsync(request.Owner, ct)
                ?? throw new ImportException($"Nobody here is called {request.Owner}, who is to own the study.");
        }

        var made = new NewStudy(
            request.Study,
            request.Study,
            [.. TsadkStudy.Fields.Select(name => new FieldDefinition(name, FieldType.String))]
        );
        await _database.WriteAsync(
            async unit =>
            {
                await made.InsertAsync(unit, owner?.Id, null, _clock.GetUtcNow(), ct);
                return true;
            },
            ct
        );
        summary.StudyMade = true;
        return await _store.GetStudyAsync(request.Study, ct);
    }

    private async Task<Study> WithSecretAsync(Study study, CancellationToken ct)
    {
        if (study.Secret is not null)
        {
            return study;
        }

        await _database.WriteAsync(
            async unit =>
            {
                await StudyStore.KeepSecretAsync(unit, study.Slug, ct);
                unit.OnCommitted(() => _directory.Forget(study.Slug));
                return true;
            },
            ct
        );
        return await _store.GetStudyAsync(study.Slug, ct);
    }

    private Task<bool> AuditAsync(TsadkImportRequest request, TsadkImportSummary summary) =>
        _database.WriteAsync(
            async unit =>
            {
                var details = JsonSerializer.Serialize(
                    new
                    {
                        users = summary.UsersAdded,
                        logs = summary.LogsAdded,
                        bad = summary.LogsBad.Values.Sum(),
                    }
                );
                await unit.AuditAsync(new AuditEntry("traces.imported", null, request.Study, details));
                return true;
            },
            CancellationToken.None
        );
}
