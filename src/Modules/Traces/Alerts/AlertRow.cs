using System.Globalization;
using Sillage.Storage;

namespace Sillage.Traces.Alerts;

/// <summary>What somebody wants to be told of in a study, as it is stored.</summary>
internal sealed record AlertRow(
    long Study,
    Guid Account,
    long? SilenceMinutes,
    string? HoursFrom,
    string? HoursUntil,
    string? Zone,
    long? QuarantinePerHour,
    long? StopMinutes,
    string? EndName,
    long? RetentionDays,
    DateTimeOffset CheckedAt,
    long? ToldSilence,
    string? ToldQuarantine,
    string? ToldRetention
)
{
    public const string Columns = """
        study, account, silence_minutes, hours_from, hours_until, zone, quarantine_per_hour, stop_minutes, end_name,
        retention_days, checked_at, told_silence, told_quarantine, told_retention
        """;

    public const string Save = $"""
        INSERT INTO study_alert ({Columns})
        VALUES (@Study, @Account, @SilenceMinutes, @HoursFrom, @HoursUntil, @Zone, @QuarantinePerHour, @StopMinutes, @EndName,
          @RetentionDays, @CheckedAt, @ToldSilence, @ToldQuarantine, @ToldRetention)
        ON CONFLICT (study, account) DO UPDATE SET silence_minutes = excluded.silence_minutes,
          hours_from = excluded.hours_from, hours_until = excluded.hours_until, zone = excluded.zone,
          quarantine_per_hour = excluded.quarantine_per_hour, stop_minutes = excluded.stop_minutes,
          end_name = excluded.end_name, retention_days = excluded.retention_days
        """;

    private const string Select = $"SELECT {Columns} FROM study_alert WHERE study = @Study AND account = @Account";

    public static Task<AlertRow?> FindAsync(IReader reader, long study, Guid account, CancellationToken ct) =>
        reader.FirstOrDefaultAsync<AlertRow>(Select, new { Study = study, Account = account }, ct);

    /// <summary>
    /// Since when silence counts at a moment: for ever where no hours are given; from the beginning of today's hours where it lies
    /// within them; null outside.
    /// </summary>
    public DateTimeOffset? CountsSince(DateTimeOffset now)
    {
        if (HoursFrom is null || HoursUntil is null)
        {
            return DateTimeOffset.MinValue;
        }

        var zone = TimeZoneInfo.FindSystemTimeZoneById(Zone!);
        var local = TimeZoneInfo.ConvertTime(now, zone);
        var (from, until) = (Parse(HoursFrom), Parse(HoursUntil));
        var time = TimeOnly.FromTimeSpan(local.TimeOfDay);
        var day = DateOnly.FromDateTime(local.DateTime);
        var isWithin = from <= until ? time >= from && time < until : time >= from || time < until;
        if (!isWithin)
        {
            return null;
        }

        var began = (time >= from ? day : day.AddDays(-1)).ToDateTime(from);
        while (zone.IsInvalidTime(began))
        {
            began = began.AddMinutes(1);
        }

        return new DateTimeOffset(began, zone.GetUtcOffset(began));
    }

    private static TimeOnly Parse(string text) => TimeOnly.ParseExact(text, "HH:mm", CultureInfo.InvariantCulture);
}
