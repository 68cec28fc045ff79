using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Problems;
using Sillage.Api.Replies;
using Sillage.Api.Requests;
using Sillage.Storage;
using Sillage.Traces.Studies;

namespace Sillage.Traces.Alerts;

/// <summary>What one wants to be told of in a study. What is absent one is not.</summary>
/// <param name="SilenceMinutes">No trace came for so long, 5 to 10080.</param>
/// <param name="HoursFrom">Silence counts from this time on, by the clock on the wall (<c>08:00</c>); with an end and a zone.</param>
/// <param name="HoursUntil">Until this time.</param>
/// <param name="Zone">Of which time zone, as IANA names it: <c>Europe/Paris</c>.</param>
/// <param name="QuarantinePerHour">So many traces were rejected within an hour.</param>
/// <param name="StopMinutes">A session was left so long ago without its end, 5 to 1440, by the clock of the game.</param>
/// <param name="EndName">What the trace is called that ends a session; needed with the minutes.</param>
/// <param name="RetentionDays">Retention removes the oldest traces within so many days; told once a week.</param>
public sealed record StudyAlerts(
    [property: Range(5, 10_080)] long? SilenceMinutes = null,
    [property: RegularExpression("^([01][0-9]|2[0-3]):[0-5][0-9]$")] string? HoursFrom = null,
    [property: RegularExpression("^([01][0-9]|2[0-3]):[0-5][0-9]$")] string? HoursUntil = null,
    [property: StringLength(64, MinimumLength = 1)] string? Zone = null,
    [property: Range(1, 1_000_000)] long? QuarantinePerHour = null,
    [property: Range(5, 1440)] long? StopMinutes = null,
    [property: StringLength(200, MinimumLength = 1)] string? EndName = null,
    [property: Range(1, 365)] long? RetentionDays = null
)
{
    internal static StudyAlerts Example { get; } = new(30, "08:00", "18:00", "Europe/Paris", 100, 20, "end", 14);
}

/// <summary>Shows and changes what the caller is told of in a study.</summary>
internal static class MyAlerts
{
    private const string Delete = "DELETE FROM study_alert WHERE study = @Study AND account = @Account";

    public static void Map(RouteGroupBuilder study)
    {
        study
            .MapGet("/alerts", Handle)
            .RequirePermission(TracesPermission.ReadTraces)
            .RequireRight(StudyRights.Read)
            .WithSummary("Read what I am told of")
            .WithReplyExample(StudyAlerts.Example)
            .Fails(StatusCodes.Status404NotFound);
        study
            .MapPut("/alerts", Change)
            .RequirePermission(TracesPermission.ReadTraces)
            .RequireRight(StudyRights.Read)
            .WithSummary("Choose what I am told of")
            .WithDescription(
                "For whoever owns the study or was given a right in it, in their list of notifications and by mail, as they chose; looked for every "
                    + "minute, and each told once."
            )
            .WithRequestExample(StudyAlerts.Example)
            .Fails(StatusCodes.Status400BadRequest, StatusCodes.Status404NotFound, StatusCodes.Status409Conflict);
    }

    private static async Task<Reply<StudyAlerts>> Handle(
        Study study,
        Caller caller,
        IDatabase<TracesData> database,
        CancellationToken ct
    )
    {
        var row = await database.ReadAsync(r => AlertRow.FindAsync(r, study.Key, caller.Id, ct), ct);
        return Reply.Ok(
            row is null
                ? new StudyAlerts()
                : new StudyAlerts(
                    row.SilenceMinutes,
                    row.HoursFrom,
                    row.HoursUntil,
                    row.Zone,
                    row.QuarantinePerHour,
                    row.StopMinutes,
                    row.EndName,
                    row.RetentionDays
                )
        );
    }

    private static async Task<Results<NoContent, Problem>> Change(
        Study study,
        Body<StudyAlerts> body,
        Caller caller,
        IDatabase<TracesData> database,
        TimeProvider clock,
        CancellationToken ct
    )
    {
        if (caller.Id != study.Owner && !study.Rights.ContainsKey(caller.Id))
        {
            return Problem.Conflict("Who owns the study or was given a right in it is told.");
        }

        var alerts = body.Value;
        if (Check(alerts) is { Count: > 0 } errors)
        {
            return Problem.BadRequest("The alerts are not valid.", errors);
        }

        await database.WriteAsync(
            unit =>
                alerts == new StudyAlerts()
                    ? unit.ExecuteAsync(Delete, new { Study = study.Key, Account = caller.Id }, ct)
                    : unit.ExecuteAsync(AlertRow.Save, RowOf(study, caller.Id, alerts, clock.GetUtcNow()), ct),
            ct
        );
        return TypedResults.NoContent();
    }

    private static AlertRow RowOf(Study study, Guid account, StudyAlerts alerts, DateTimeOffset now) =>
        new(
            study.Key,
            account,
            alerts.SilenceMinutes,
            alerts.HoursFrom,
            alerts.HoursUntil,
            alerts.Zone,
            alerts.QuarantinePerHour,
            alerts.StopMinutes,
            alerts.EndName,
            alerts.RetentionDays,
            now,
            null,
            null,
            null
        );

    private static List<FieldError> Check(StudyAlerts alerts)
    {
        var errors = new List<FieldError>();
        if (
            (alerts.HoursFrom is null) != (alerts.HoursUntil is null)
            || (alerts.HoursFrom is null) != (alerts.Zone is null)
        )
        {
            errors.Add(new FieldError("/hoursFrom", "Hours have a beginning, an end and a time zone."));
        }

        if (alerts.HoursFrom is not null && alerts.HoursFrom == alerts.HoursUntil)
        {
            errors.Add(new FieldError("/hoursUntil", "Another time than the beginning."));
        }

        if (alerts.Zone is { } zone && (zone.Contains('\0') || !TimeZoneInfo.TryFindSystemTimeZoneById(zone, out _)))
        {
            errors.Add(new FieldError("/zone", "A time zone as IANA names it: Europe/Paris."));
        }

        if ((alerts.StopMinutes is null) != (alerts.EndName is null))
        {
            errors.Add(new FieldError("/endName", "Minutes, and what the trace is called that ends a session."));
        }

        return errors;
    }
}
