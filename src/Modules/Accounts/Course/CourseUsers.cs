using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sillage.Accounts.People;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Problems;
using Sillage.Api.Replies;
using Sillage.Hosting.Course;
using Sillage.Storage;

namespace Sillage.Accounts.Course;

/// <summary>An account in the course's form. Of somebody else's one sees id, names to show and counts.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Username">Its user name.</param>
/// <param name="Name">The name to show; absent if there is none.</param>
/// <param name="Email">The address; absent in somebody else's.</param>
/// <param name="FirstName">The first name; absent in somebody else's.</param>
/// <param name="LastName">The last name; absent in somebody else's.</param>
/// <param name="Role">The role; absent in somebody else's.</param>
/// <param name="CreatedAt">When it was made; absent in somebody else's.</param>
/// <param name="PostCount">How many posts of the account others can read.</param>
/// <param name="FollowerCount">How many accounts follow it.</param>
public sealed record CourseUser(
    Guid Id,
    string Username,
    string? Name,
    string? Email,
    string? FirstName,
    string? LastName,
    string? Role,
    DateTimeOffset? CreatedAt,
    long PostCount,
    long FollowerCount
)
{
    internal static CourseUser Example { get; } =
        Of(Account.Example with { Email = "player-1@example.org", FirstName = "Player", LastName = "One" });

    internal static CourseUser Of(Account account) =>
        new(
            account.Id,
            account.Username,
            account.DisplayName,
            account.Email,
            account.FirstName,
            account.LastName,
            account.Role,
            account.CreatedAt,
            account.PostCount,
            account.FollowerCount
        );
}

/// <summary>Shows an account in the course's form.</summary>
internal static class CourseUsers
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapCourse("users")
            .MapGet("/{id:guid}", Handle)
            .WithSummary("Read a user")
            .WithDescription("What `GET /api/v1/users/{id}` shows, in the course's form.")
            .WithReplyExample(new DataOf<CourseUser>(CourseUser.Example))
            .Fails(StatusCodes.Status404NotFound);

    private static async Task<Results<Reply<DataOf<CourseUser>>, Problem>> Handle(
        Guid id,
        Caller caller,
        IDatabase<AccountsData> database,
        TimeProvider clock,
        CancellationToken ct
    )
    {
        var read = await ReadUser.Handle(id, caller, database, clock, ct);
        return read.Result is Reply<Account> { Value: var account }
            ? Reply.Ok(new DataOf<CourseUser>(CourseUser.Of(account)))
            : Problem.Of(404, "User not found", "There is no such user.");
    }
}
