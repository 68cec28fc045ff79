using Sillage.Api.Paging;
using Sillage.Api.Problems;
using Sillage.Storage;

namespace Sillage.Rowing.Records;

/// <summary>The log of one rower: his workouts, the newest first.</summary>
/// <param name="Account">Whose.</param>
/// <param name="From">Those that began at this time or later; null for all.</param>
/// <param name="To">Those that began before this time; null for all.</param>
/// <param name="Machine">Those rowed on this machine; null for all.</param>
/// <param name="Copies">Whether records of the same session from other devices are listed too.</param>
internal sealed record WorkoutLog(
    Guid Account,
    DateTimeOffset? From,
    DateTimeOffset? To,
    Machine? Machine,
    bool Copies = false
)
{
    private const string Select = $"""
        SELECT {WorkoutRow.Columns} FROM workout
        WHERE account_id = @Account AND started_at >= @From AND started_at < @To
          AND (started_at, number) < (@Start, @Number) AND (@Machine = '' OR machine = @Machine)
          AND (@Copies OR copy_of IS NULL)
        ORDER BY started_at DESC, number DESC LIMIT @Limit
        """;

    /// <summary>Later than any workout.</summary>
    private static readonly DateTimeOffset Never = new(2300, 1, 1, 0, 0, 0, TimeSpan.Zero);

    // Where a page begins.
    private sealed record Keys(DateTimeOffset Start, long Number);

    /// <summary>What a page is read by.</summary>
    /// <exception cref="ProblemException">400: the cursor is none that was given.</exception>
    public object KeysOf(PageRequest page)
    {
        var after = page.After<Keys>();
        return new
        {
            Account,
            From = From ?? DateTimeOffset.UnixEpoch,
            To = To ?? Never,
            Start = after is { Start: var start } && start < Never ? start : Never,
            Number = after?.Number ?? 0,
            Machine = Machine is { } machine ? Word.Of(machine) : "",
            Copies,
            Limit = page.Limit + 1L,
        };
    }

    /// <summary>The rows of a page, and one more.</summary>
    /// <returns>Fewer where they are long, and whether they are.</returns>
    public static Task<(IReadOnlyList<WorkoutRow> Rows, bool IsCut)> ReadAsync(
        IReader reader,
        object keys,
        CancellationToken ct
    ) => reader.QueryWithinAsync<WorkoutRow>(Select, keys, PageRequest.MaximumBytes, row => row.Detail.Length, ct);

    /// <summary>The page of these rows.</summary>
    public static PageReply<WorkoutResource> Show(
        (IReadOnlyList<WorkoutRow> Rows, bool IsCut) read,
        PageRequest page
    ) =>
        PageReply<WorkoutResource>.Of(
            [.. read.Rows.Select(WorkoutResource.Of)],
            page,
            workout => new Keys(workout.Start, workout.Number),
            read.IsCut
        );
}
