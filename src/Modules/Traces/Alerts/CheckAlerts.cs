using System.Globalization;
using Sillage.Notifications.Contracts;
using Sillage.Storage;
using Sillage.Storage.Mapping;
using Sillage.Storage.Work;
using Sillage.Traces.Studies;

namespace Sillage.Traces.Alerts;

/// <summary>Looks whether there is something to tell.</summary>
internal sealed record CheckAlerts : IRecurringJob
{
    public static string Kind => "alerts.check";
}

/// <summary>Tells those who want to know; each in a unit of its own, with the mark that they were told.</summary>
internal sealed class CheckAlertsWork(IDatabase<TracesData> database, StudyDirectory directory, TimeProvider clock)
    : IWork<CheckAlerts>
{
    private const string SelectAll = """
        SELECT s.slug, a.account FROM study_alert a JOIN study s ON s.key = a.study WHERE NOT s.deleted
        ORDER BY a.study, a.account
        """;

    private const string SelectLast =
        "SELECT position, received_at FROM trace WHERE study = @Study ORDER BY position DESC LIMIT 1";

    private const string SelectFirst =
        "SELECT position, received_at FROM trace WHERE study = @Study ORDER BY position LIMIT 1";

    private const string CountQuarantined =
        "SELECT count(*) FROM quarantine WHERE study = @Study AND received_at > @After";

    // Those that crossed the time since the last look, so that each is told once.
    private const string SelectStopped = """
        SELECT participant, session FROM tally_session t
        WHERE study = @Study AND session <> '' AND last > @After AND last <= @Until AND NOT EXISTS (
          SELECT 1 FROM trace WHERE trace.study = t.study AND trace.session = t.session
            AND trace.participant = t.participant AND trace.name = @EndName)
        ORDER BY participant, session LIMIT 100
        """;

    private const string Mark = """
        UPDATE study_alert SET checked_at = @CheckedAt, told_silence = @ToldSilence, told_quarantine = @ToldQuarantine,
          told_retention = @ToldRetention
        WHERE study = @Study AND account = @Account
        """;

    public async Task<WorkResult> RunAsync(CheckAlerts job, WorkRun run, CancellationToken ct)
    {
        var slugs = await database.ReadAsync(r => r.QueryAsync<SlugRow>(SelectAll, null, ct), ct);
        foreach (var (slug, account) in slugs.Select(row => (row.Slug, row.Account)))
        {
            // Whose right was taken is told no more.
            if (
                await directory.FindAsync(slug, ct) is { } study
                && (study.Owner == account || study.Rights.ContainsKey(account))
            )
            {
                await database.WriteAsync(unit => CheckAsync(unit, study, account, clock.GetUtcNow(), ct), ct);
            }
        }

        return WorkResult.Done;
    }

    private static async Task<bool> CheckAsync(
        IUnitOfWork unit,
        Study study,
        Guid account,
        DateTimeOffset now,
        CancellationToken ct
    )
    {
        if (await AlertRow.FindAsync(unit, study.Key, account, ct) is not { } row)
        {
            return false;
        }

        var told = row with { CheckedAt = now };
        told = await CheckSilenceAsync(unit, study, told, now, ct);
        told = await CheckQuarantineAsync(unit, study, told, now, ct);
        told = await CheckRetentionAsync(unit, study, told, now, ct);
        await CheckStopsAsync(unit, study, row, now, ct);
        await unit.ExecuteAsync(Mark, told, ct);
        return true;
    }

    private static async Task<AlertRow> CheckSilenceAsync(
        IUnitOfWork unit,
        Study study,
        AlertRow row,
        DateTimeOffset now,
        CancellationToken ct
    )
    {
        if (
            row.SilenceMinutes is not { } minutes
            || row.CountsSince(now) is not { } since
            || await unit.FirstOrDefaultAsync<TraceRow>(SelectLast, new { Study = study.Key }, ct) is not { } last
            || row.ToldSilence == last.Position
            || now - (last.ReceivedAt > since ? last.ReceivedAt : since) < TimeSpan.FromMinutes(minutes)
        )
        {
            return row;
        }

        await TellAsync(
            unit,
            study,
            row.Account,
            AlertKinds.Silence,
            $"{study.Slug} {last.Position}",
            ct,
            ("minutes", Text(minutes)),
            ("last", last.ReceivedAt.ToUniversalTime().ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture))
        );
        return row with { ToldSilence = last.Position };
    }

    private static async Task<AlertRow> CheckQuarantineAsync(
        IUnitOfWork unit,
        Study study,
        AlertRow row,
        DateTimeOffset now,
        CancellationToken ct
    )
    {
        var hour = now.ToUniversalTime().ToString("yyyy-MM-dd'T'HH", CultureInfo.InvariantCulture);
        if (row.QuarantinePerHour is not { } most || row.ToldQuarantine == hour)
        {
            return row;
        }

        var parameters = new { Study = study.Key, After = now - TimeSpan.FromHours(1) };
        var count = await unit.ScalarAsync<long>(CountQuarantined, parameters, ct);
        if (count < most)
        {
            return row;
        }

        await TellAsync(
            unit,
            study,
            row.Account,
            AlertKinds.Quarantine,
            $"{study.Slug} {hour}",
            ct,
            ("count", Text(count))
        );
        return row with { ToldQuarantine = hour };
    }

    private static async Task<AlertRow> CheckRetentionAsync(
        IUnitOfWork unit,
        Study study,
        AlertRow row,
        DateTimeOffset now,
        CancellationToken ct
    )
    {
        if (
            row.RetentionDays is not { } before
            || study.RetentionDays is not { } kept
            || await unit.FirstOrDefaultAsync<TraceRow>(SelectFirst, new { Study = study.Key }, ct) is not { } first
        )
        {
            return row;
        }

        var goes = first.ReceivedAt.ToUniversalTime().AddDays(kept);
        var week = $"{ISOWeek.GetYear(now.UtcDateTime)}-{ISOWeek.GetWeekOfYear(now.UtcDateTime)}";
        if (goes - now > TimeSpan.FromDays(before) || row.ToldRetention == week)
        {
            return row;
        }

        await TellAsync(
            unit,
            study,
            row.Account,
            AlertKinds.Retention,
            $"{study.Slug} {week}",
            ct,
            ("days", Text(kept)),
            ("date", goes.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture))
        );
        return row with { ToldRetention = week };
    }

    private static async Task CheckStopsAsync(
        IUnitOfWork unit,
        Study study,
        AlertRow row,
        DateTimeOffset now,
        CancellationToken ct
    )
    {
        if (row is not { StopMinutes: { } minutes, EndName: { } endName })
        {
            return;
        }

        var left = TimeSpan.FromMinutes(minutes);
        var parameters = new
        {
            Study = study.Key,
            // As tallies keep times, on both engines.
            After = Microseconds.From(row.CheckedAt - left),
            Until = Microseconds.From(now - left),
            EndName = endName,
        };
        foreach (var stop in await unit.QueryAsync<StopRow>(SelectStopped, parameters, ct))
        {
            await TellAsync(
                unit,
                study,
                row.Account,
                AlertKinds.Stop,
                $"{study.Slug} {stop.Participant} {Digest(stop.Session)}",
                ct,
                ("participant", Text(stop.Participant)),
                ("minutes", Text(minutes))
            );
        }
    }

    private static Task TellAsync(
        IUnitOfWork unit,
        Study study,
        Guid account,
        NotificationKind kind,
        string about,
        CancellationToken ct,
        params (string Name, string Value)[] values
    )
    {
        var data = values.ToDictionary(pair => pair.Name, pair => pair.Value);
        data["study"] = study.Title;
        data["url"] = $"/console/studies/{study.Slug}";
        return unit.PublishAsync(new NotificationWanted(kind.Name, account, about, data), ct);
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    // Games name sessions as they like, at any length.
    private static string Digest(string session) =>
        Convert.ToHexStringLower(
            System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(session))
        )[..32];

    private sealed record SlugRow(string Slug, Guid Account);

    private sealed record TraceRow(long Position, DateTimeOffset ReceivedAt);

    private sealed record StopRow(long Participant, string Session);
}
