using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sillage.Hosting.Documentation;
using Sillage.Hosting.PersonalData;
using Sillage.Hosting.Problems;
using Sillage.Hosting.Replies;

namespace Sillage.Accounts.Erasures;

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
/// <param name="Links">Where it is read again.</param>
public sealed record ErasureProgress(
    Guid Id,
    ErasureForm Form,
    ErasureState State,
    DateTimeOffset RequestedAt,
    DateTimeOffset? RemovedAt,
    DateTimeOffset? WipedAt,
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
            new Links(ReadErasure.AddressOf(Guid.Parse("019aa0c4-5a80-7f3e-9d0b-6b1f4e2a7c11")))
        );
}

/// <summary>Shows how far an erasure has come, to whoever has its address: the person has no account to ask with any more.</summary>
internal static class ReadErasure
{
    public static string AddressOf(Guid id) => $"/api/v1/erasures/{id}";

    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapGet("/api/v1/erasures/{id:guid}", Handle)
            .AllowAnonymous()
            .WithTags("Me")
            .WithSummary("Follow an erasure")
            .WithDescription(
                "The address is in the reply to the erasure (of an account, or of what a participant had in a study) and nowhere else. No credential is needed, since the account is gone, "
                    + "and nothing tells whose erasure it is. Removing: nobody can see the records any more. Wiping: no row is "
                    + "left. Done: no byte is left in the files (on PostgreSQL: the tables are vacuumed)."
            )
            .WithReplyExample(ErasureProgress.Example)
            .Fails(StatusCodes.Status404NotFound);

    internal static async Task<Results<Reply<ErasureProgress>, Problem>> Handle(
        Guid id,
        ErasureList list,
        CancellationToken cancellationToken
    ) =>
        await list.FindAsync(id, cancellationToken) is { } row
            ? Reply.Ok(
                new ErasureProgress(
                    row.Id,
                    row.ReadForm(),
                    StateOf(row),
                    row.RequestedAt,
                    row.RemovedAt,
                    row.WipedAt,
                    new Links(AddressOf(id))
                )
            )
            : Problem.NotFound();

    private static ErasureState StateOf(ErasureRow row) =>
        row switch
        {
            { WipedAt: not null } => ErasureState.Done,
            { RemovedAt: not null } => ErasureState.Wiping,
            _ => ErasureState.Removing,
        };
}
