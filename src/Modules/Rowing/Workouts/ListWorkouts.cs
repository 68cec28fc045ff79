using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Paging;
using Sillage.Api.Problems;
using Sillage.Rowing.Records;
using Sillage.Storage;

namespace Sillage.Rowing.Workouts;

/// <summary>Lists the caller's workouts, the newest first.</summary>
internal static class ListWorkouts
{
    private const string Select = $"""
        SELECT {WorkoutRow.Columns} FROM workout
        WHERE account_id = @Account AND started_at >= @From AND started_at < @To
          AND (started_at, number) < (@Start, @Number) AND (@Machine = '' OR machine = @Machine)
          AND (@Copies OR copy_of IS NULL)
        ORDER BY started_at DESC, number DESC LIMIT @Limit
        """;

    private static readonly DateTimeOffset Never = new(2300, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Where a page begins.</summary>
    internal sealed record Keys(DateTimeOffset Start, long Number);

    public static void Map(RouteGroupBuilder workouts) =>
        workouts
            .MapGet("/", Handle)
            .RequirePermission(RowingPermission.Read)
            .WithSummary("List one's workouts")
            .WithDescription(
                "The newest first, one record of each session; copies from other devices only with `copies=true`."
            )
            .WithQuery("from", "Those that began at this time or later (RFC 3339).", "2026-05-01T00:00:00Z")
            .WithQuery("to", "Those that began before this time (RFC 3339).", "2027-05-01T00:00:00Z")
            .WithQuery("machine", "Those rowed on this machine.", "rower")
            .WithQuery(
                "copies",
                "Whether to list copies from other devices too, `true` or `false`. Default false.",
                "true"
            );

    private static async Task<PageReply<WorkoutResource>> Handle(
        HttpRequest request,
        PageRequest page,
        Caller caller,
        IDatabase<RowingData> database,
        CancellationToken ct
    )
    {
        var after = page.After<Keys>();
        var parameters = new
        {
            Account = caller.Id,
            From = Time(request, "from") ?? DateTimeOffset.UnixEpoch,
            To = Time(request, "to") ?? Never,
            Start = after is { Start: var start } && start < Never ? start : Never,
            Number = after?.Number ?? 0,
            Machine = MachineOf(request),
            Copies = Truth(request, "copies"),
            Limit = (long)page.Limit + 1,
        };
        var rows = await database.ReadAsync(reader => reader.QueryAsync<WorkoutRow>(Select, parameters, ct), ct);
        return PageReply<WorkoutResource>.Of(
            [.. rows.Select(WorkoutResource.Of)],
            page,
            workout => new Keys(workout.Start, workout.Number)
        );
    }

    private static DateTimeOffset? Time(HttpRequest request, string name)
    {
        var text = request.Query[name].ToString();
        if (text.Length == 0)
        {
            return null;
        }

        return
            DateTimeOffset.TryParseExact(
                text,
                ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd"],
                CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
                out var time
            ) && time.Year is > 1000 and < 3000
            ? time
            : throw Bad(name, "A time in RFC 3339, as 2026-05-01T00:00:00Z.");
    }

    private static string MachineOf(HttpRequest request)
    {
        var text = request.Query["machine"].ToString();
        return text.Length == 0 || Enum.GetValues<Machine>().Any(machine => Word.Of(machine) == text)
            ? text
            : throw Bad("machine", $"One of {string.Join(", ", Enum.GetValues<Machine>().Select(Word.Of))}.");
    }

    private static bool Truth(HttpRequest request, string name) =>
        request.Query[name].ToString() switch
        {
            "" or "false" => false,
            "true" => true,
            _ => throw Bad(name, "true or false."),
        };

    private static ProblemException Bad(string name, string detail) =>
        new(Problem.BadRequest("A query parameter is not valid.", new FieldError("?" + name, detail)));
}
