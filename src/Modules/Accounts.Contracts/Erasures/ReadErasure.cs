using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sillage.Accounts.Contracts.PersonalData;
using Sillage.Api.Documentation;
using Sillage.Api.Problems;
using Sillage.Api.Replies;

namespace Sillage.Accounts.Contracts.Erasures;

/// <summary>How far an erasure has come.</summary>
public enum ErasureState
{
    /// <summary>Nobody can see the records any more; their rows are being removed.</summary>
    Removing,

    /// <summary>No row is left; the files are gone through for copies.</summary>
    Wiping,

    /// <summary>No byte is left in the files.</summary>
    Done,
}

/// <summary>An erasure on its way, without a word of whose it is.</summary>
/// <param name="Id">The erasure.</param>
/// <param name="Form">What becomes of the records.</param>
/// <param name="State">How far it has come.</param>
/// <param name="RequestedAt">When it was asked for.</param>
/// <param name="RemovedAt">Since when no row of it is left.</param>
/// <param name="WipedAt">Since when no byte of it is left in the files.</param>
/// <param name="Answered">The sections of people's data that have nothing left of it, not even in their files.</param>
/// <param name="Waiting">The sections that have not answered yet.</param>
/// <param name="Links">Where it is read again.</param>
public sealed record ErasureProgress(
    Guid Id,
    ErasureForm Form,
    ErasureState State,
    DateTimeOffset RequestedAt,
    DateTimeOffset? RemovedAt,
    DateTimeOffset? WipedAt,
    IReadOnlyList<string> Answered,
    IReadOnlyList<string> Waiting,
    Links Links
)
{
    internal static ErasureProgress Example { get; } =
        new(
            Guid.Parse("019aa0c4-5a80-7f3e-9d0b-6b1f4e2a7c11"),
            ErasureForm.Destroy,
            ErasureState.Done,
            new DateTimeOffset(2026, 11, 20, 9, 30, 0, TimeSpan.Zero),
            new DateTimeOffset(2026, 11, 20, 9, 30, 2, TimeSpan.Zero),
            new DateTimeOffset(2026, 11, 20, 9, 30, 3, TimeSpan.Zero),
            ["accounts", "traces"],
            [],
            new Links(AddressOf(Guid.Parse("019aa0c4-5a80-7f3e-9d0b-6b1f4e2a7c11")))
        );

    /// <summary>Where an erasure is read.</summary>
    public static string AddressOf(Guid id) => $"/api/v1/erasures/{id}";
}

/// <summary>Shows how far an erasure has come, to whoever has its address: the person has no account to ask with any more.</summary>
public static class ReadErasure
{
    /// <summary>Maps the route; each process has it.</summary>
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapGet("/api/v1/erasures/{id:guid}", Handle)
            .AllowAnonymous()
            .WithTags("Me")
            .WithSummary("Follow an erasure")
            .WithDescription(
                "The address is in the reply to the erasure (of an account, or of what a participant had in a study) and nowhere else. No credential is needed, since the account is gone, "
                    + "and nothing tells whose erasure it is. Removing: nobody can see the records any more. Wiping: no row is "
                    + "left. Done: no byte is left in the files (on PostgreSQL: the tables are vacuumed), and every module that "
                    + "keeps anything about people has said so; which have and which have not is listed."
            )
            .WithReplyExample(ErasureProgress.Example)
            .Fails(StatusCodes.Status404NotFound);

    internal static async Task<Results<Reply<ErasureProgress>, Problem>> Handle(
        Guid id,
        ErasureProgressReader reader,
        CancellationToken ct
    ) => await reader.FindAsync(id, ct) is { } progress ? Reply.Ok(progress) : Problem.NotFound();
}

/// <summary>Reads how far an erasure has come.</summary>
public sealed class ErasureProgressReader
{
    private readonly ErasureList _list;

    internal ErasureProgressReader(ErasureList list) => _list = list;

    /// <summary>How far it has come; null if there is none of this id.</summary>
    public async Task<ErasureProgress?> FindAsync(Guid id, CancellationToken ct)
    {
        if (await _list.FindAsync(id, ct) is not { } row)
        {
            return null;
        }

        var answered = await _list.ReadAnswersAsync(row, ct);
        var there = (await _list.ReadSectionsAsync(ct)).Where(s => s.RetiredAt is null).Select(s => s.Section);
        string[] waiting = row.WipedAt is null ? [.. there.Where(s => row.Concerns(s) && !answered.Contains(s))] : [];
        return new ErasureProgress(
            row.Id,
            row.ReadForm(),
            StateOf(row),
            row.RequestedAt,
            row.RemovedAt,
            row.WipedAt,
            [.. answered.Order(StringComparer.Ordinal)],
            waiting,
            new Links(ErasureProgress.AddressOf(id))
        );
    }

    private static ErasureState StateOf(ErasureRow row) =>
        row switch
        {
            { WipedAt: not null } => ErasureState.Done,
            { RemovedAt: not null } => ErasureState.Wiping,
            _ => ErasureState.Removing,
        };
}
