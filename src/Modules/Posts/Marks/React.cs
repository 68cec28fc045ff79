using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Problems;
using Sillage.Api.Replies;
using Sillage.Posts.Content;
using Sillage.Storage;

namespace Sillage.Posts.Marks;

/// <summary>How people react to a post.</summary>
/// <param name="Counts">How many react in each way; ways that nobody took are left out.</param>
/// <param name="Mine">How the caller does.</param>
/// <param name="Kinds">The ways that there are.</param>
/// <param name="Links">Where this is, and the post.</param>
public sealed record Reactions(
    IReadOnlyDictionary<string, long> Counts,
    IReadOnlyList<string> Mine,
    IReadOnlyList<string> Kinds,
    Links Links
)
{
    internal static readonly string[] AllKinds = ["like", "love", "laugh", "wow", "sad", "thanks"];

    internal static Reactions Example { get; } =
        new(
            new Dictionary<string, long> { ["like"] = 3 },
            ["like"],
            AllKinds,
            new Links(Post.AddressOf(Post.Example.Id) + "/reactions")
        );
}

/// <summary>Reacts to a post, takes that back, and shows how others do.</summary>
internal static class React
{
    private const string Insert =
        "INSERT INTO reaction (post, account, kind) VALUES (@Post, @Account, @Kind) ON CONFLICT DO NOTHING";

    private const string Remove = "DELETE FROM reaction WHERE post = @Post AND account = @Account AND kind = @Kind";

    private const string Counts =
        "SELECT kind, COUNT(*) AS count FROM reaction WHERE post = @Post GROUP BY kind ORDER BY kind";

    private const string Mine = "SELECT kind FROM reaction WHERE post = @Post AND account = @Account ORDER BY kind";

    private sealed record KindCount(string Kind, long Count);

    public static void Map(RouteGroupBuilder post)
    {
        var reactions = post.MapGroup("/reactions")
            .RequirePermission(PostsPermission.Read)
            .RequireRight(PostRights.Read);
        reactions
            .MapGet("/", Handle)
            .WithSummary("Read how people react to a post")
            .WithReplyExample(Reactions.Example);
        reactions
            .MapPut("/{kind}", Put)
            .WithSummary("React to a post")
            .WithDescription("`like`, `love`, `laugh`, `wow`, `sad` or `thanks`; each of them once.")
            .WithReplyExample(Reactions.Example);
        reactions
            .MapDelete("/{kind}", Take)
            .WithSummary("Take a reaction back")
            .Produces(StatusCodes.Status204NoContent);
    }

    private static async Task<Reply<Reactions>> Handle(
        FoundPost post,
        Caller caller,
        IDatabase<PostsData> database,
        CancellationToken ct
    ) => Reply.Ok(await database.ReadAsync(r => ReadAsync(r, post.Row, caller, ct), ct));

    private static async Task<Results<Reply<Reactions>, Problem>> Put(
        FoundPost post,
        string kind,
        Caller caller,
        IDatabase<PostsData> database,
        CancellationToken ct
    )
    {
        if (!Reactions.AllKinds.Contains(kind, StringComparer.Ordinal))
        {
            return Problem.NotFound($"The reactions that there are: {string.Join(", ", Reactions.AllKinds)}.");
        }

        return Reply.Ok(
            await database.WriteAsync(
                async unit =>
                {
                    await unit.ExecuteAsync(Insert, Of(post, caller, kind), ct);
                    return await ReadAsync(unit, post.Row, caller, ct);
                },
                ct
            )
        );
    }

    private static async Task<NoContent> Take(
        FoundPost post,
        string kind,
        Caller caller,
        IDatabase<PostsData> database,
        CancellationToken ct
    )
    {
        await database.WriteAsync(unit => unit.ExecuteAsync(Remove, Of(post, caller, kind), ct), ct);
        return TypedResults.NoContent();
    }

    private static object Of(FoundPost post, Caller caller, string? kind) =>
        new
        {
            Post = post.Row.Key,
            Account = caller.Id,
            Kind = kind,
        };

    private static async Task<Reactions> ReadAsync(IReader reader, PostRow post, Caller caller, CancellationToken ct)
    {
        var parameters = new { Post = post.Key, Account = caller.Id };
        var counts = await reader.QueryAsync<KindCount>(Counts, parameters, ct);
        var mine = await reader.QueryAsync<string>(Mine, parameters, ct);
        var self = Post.AddressOf(post.Id);
        return new Reactions(
            counts.ToDictionary(count => count.Kind, count => count.Count),
            mine,
            Reactions.AllKinds,
            new Links(self + "/reactions") { ["post"] = self }
        );
    }
}
