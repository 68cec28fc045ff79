using Microsoft.AspNetCore.Http;
using Sillage.Api.Access;

namespace Sillage.Rowing.Records;

/// <summary>What a caller may do with one workout.</summary>
[Flags]
internal enum WorkoutRights
{
    None = 0,
    Read = 1,
    Change = 2,

    /// <summary>Read and write comments: its rower, and the coaches who may read it.</summary>
    Discuss = 4,
}

/// <summary>A workout as it is stored.</summary>
internal sealed record WorkoutRow(
    long Number,
    Guid Id,
    Guid AccountId,
    string Machine,
    string State,
    string Source,
    DateTimeOffset StartedAt,
    DateTimeOffset? EndedAt,
    long? Distance,
    long? Duration,
    string Privacy,
    string Detail,
    long Strokes,
    Guid? CopyOf,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    string? Name
) : IResource<WorkoutRights>
{
    public const string Columns = """
        number, id, account_id, machine, state, source, started_at, ended_at, distance, duration, privacy, detail, strokes,
        copy_of, created_at, updated_at, name
        """;

    public const string Live = "live";
    public const string Closed = "closed";

    /// <summary>The squad in which the caller is a coach whom the rower lets read his workouts, if there is one.</summary>
    public Guid? CoachedIn { get; init; }

    /// <summary>What is read with the row.</summary>
    public Detail ReadDetail() => Records.Detail.Read(Detail);

    public bool IsLive => State == Live;

    public string Called => $"the workout '{Id}'";

    public WorkoutRights RightsOf(Caller caller) =>
        caller.Id == AccountId ? WorkoutRights.Read | WorkoutRights.Change | WorkoutRights.Discuss
        : CoachedIn is not null ? WorkoutRights.Read | WorkoutRights.Discuss
        : Word.Read<Privacy>(Privacy) is Records.Privacy.LoggedIn or Records.Privacy.Everyone ? WorkoutRights.Read
        : WorkoutRights.None;

    public static ValueTask<WorkoutRow?> BindAsync(HttpContext context) =>
        ValueTask.FromResult((WorkoutRow?)context.Features.Get<IResource<WorkoutRights>>());
}
