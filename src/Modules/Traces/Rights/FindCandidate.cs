using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sillage.Accounts.Contracts;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Problems;
using Sillage.Api.Replies;
using Sillage.Traces.Studies;

namespace Sillage.Traces.Rights;

/// <summary>Finds the account that rights are to be given to by the user name that a colleague says.</summary>
internal static class FindCandidate
{
    private const int LongestName = 200;

    public static void Map(RouteGroupBuilder rights) =>
        rights
            .MapGet("/candidate", Handle)
            .RequirePermission(TracesPermission.CreateStudies)
            .RequireRight(StudyRights.Manage)
            .WithSummary("Find whom to give rights to")
            .WithDescription(
                "The account with this user name, with the rights that it has in the study, if it can make use of any. Of players and of "
                    + "names that nobody has it tells nothing, and there is no search: who works together knows each other's names."
            )
            .WithQuery("username", "The whole user name, in any case of its letters.", "researcher")
            .WithReplyExample(RightsResource.Example)
            .Fails(StatusCodes.Status400BadRequest, StatusCodes.Status404NotFound);

    private static async Task<Results<Reply<RightsResource>, Problem>> Handle(
        Study study,
        string username,
        IAccountDirectory accounts,
        Permissions permissions,
        CancellationToken ct
    )
    {
        if (username.Length > LongestName || accounts.FindFault(username) is not null)
        {
            return Problem.BadRequest(
                "The user name is not valid.",
                new FieldError("?username", "A user name as accounts have them.")
            );
        }

        // Manage is what nobody has who could use no right but to take part.
        return
            await accounts.FindByUsernameAsync(username, ct) is { } found
            && Study.AllowedTo(permissions.Of(found.Role)).HasFlag(StudyRights.Read)
            ? Reply.Ok(RightsResource.Of(study, found.Id, found))
            : Problem.NotFound("Nobody who can be given rights has this user name.");
    }
}
