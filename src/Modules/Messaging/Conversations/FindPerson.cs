using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Problems;
using Sillage.Api.Replies;
using Sillage.Messaging.Rooms;

namespace Sillage.Messaging.Conversations;

/// <summary>Somebody whom one may write to.</summary>
/// <param name="Account">The account.</param>
/// <param name="Username">Its user name.</param>
/// <param name="DisplayName">The name to show, if one was chosen.</param>
public sealed record Person(Guid Account, string Username, string? DisplayName);

/// <summary>Finds whom to write to by the whole user name: there is no search, who talks to each other knows each other's names.</summary>
internal static class FindPerson
{
    private const int LongestName = 200;

    public static void Map(RouteGroupBuilder conversations) =>
        conversations
            .MapGet("/candidate", Handle)
            .RequirePermission(MessagingPermission.Write)
            .WithSummary("Find whom to write to")
            .WithDescription(
                "The account with this user name. There is no search; of a name that nobody has, of one's own, and where one of the two "
                    + "blocks the other, it tells nothing."
            )
            .WithQuery("username", "The whole user name, in any case of its letters.", "player-1")
            .WithReplyExample(new Person(Guid.Empty, "player-1", null))
            .Fails(StatusCodes.Status400BadRequest, StatusCodes.Status404NotFound);

    private static async Task<Results<Reply<Person>, Problem>> Handle(
        string username,
        Caller caller,
        Chat chat,
        CancellationToken ct
    )
    {
        if (username.Length > LongestName || chat.Accounts.FindFault(username) is not null)
        {
            return Problem.BadRequest(
                "The user name is not valid.",
                new FieldError("?username", "A user name as accounts have them.")
            );
        }

        return
            await chat.Accounts.FindByUsernameAsync(username, ct) is { } found
            && found.Id != caller.Id
            && !await chat.Database.ReadAsync(r => Blocking.AreApartAsync(r, caller.Id, found.Id, ct), ct)
            ? Reply.Ok(new Person(found.Id, found.Username, found.DisplayName))
            : Problem.NotFound("Nobody to write to has this user name.");
    }
}
