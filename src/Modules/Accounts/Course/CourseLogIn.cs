using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sillage.Accounts.Factors;
using Sillage.Accounts.Sessions;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Problems;
using Sillage.Api.Replies;
using Sillage.Api.Requests;
using Sillage.Hosting.Course;
using Sillage.Hosting.Limits;

namespace Sillage.Accounts.Course;

/// <summary>A login in the course's form. What else it holds is not looked at.</summary>
/// <param name="Password">The password.</param>
/// <param name="Email">The address that was registered, or the user name. One of the two is needed.</param>
/// <param name="Username">The same; for clients that call it so.</param>
/// <param name="Code">The code of the second factor, where the account has one.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Skip)]
public sealed record CourseLogin(
    [property: Required, StringLength(1024)] string Password,
    [property: StringLength(256)] string? Email = null,
    [property: StringLength(256)] string? Username = null,
    [property: StringLength(FactorCheck.LongestCode, MinimumLength = 1)] string? Code = null
);

/// <summary>A session in the course's form.</summary>
/// <param name="Token">The access token; goes into <c>Authorization: Bearer</c>.</param>
/// <param name="RefreshToken">Buys the next pair, once.</param>
/// <param name="ExpiresIn">How many seconds the access token counts.</param>
/// <param name="User">Who logged in; absent after a refresh.</param>
public sealed record CourseSession(string Token, string RefreshToken, long ExpiresIn, CourseUser? User)
{
    internal static CourseSession Example { get; } = new("eyJhbGciOiJFUzI1NiIs…", "m3f0tOqk…", 900, CourseUser.Example);

    internal static Reply<CourseSession> Of(Tokens pair, CourseUser? user) =>
        new(new CourseSession(pair.AccessToken, pair.RefreshToken, pair.ExpiresIn, user)) { NoStore = true };
}

/// <summary>A refresh token in the course's form.</summary>
/// <param name="RefreshToken">As the login or the refresh before gave it.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Skip)]
public sealed record CourseRefresh([property: Required, StringLength(256)] string RefreshToken);

/// <summary>Opens and refreshes sessions at the course's addresses.</summary>
internal static class CourseLogIn
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var auth = routes.MapCourse("auth").AllowAnonymous();
        auth.MapPost("/login", Handle)
            .WithMetadata(new IgnoresCredentialsMetadata())
            .WithSummary("Log in by address or name")
            .WithDescription("What `POST /api/v1/auth/login` does, in the course's form.")
            .Fails(StatusCodes.Status401Unauthorized)
            .WithRequestExample(new CourseLogin("three wet oars", "player-1@example.org"))
            .WithReplyExample(CourseSession.Example);
        auth.MapPost("/refresh", HandleRefresh)
            .LimitLogins()
            .WithSummary("Refresh a session")
            .WithDescription("What `POST /api/v1/auth/refresh` does, in the course's form.")
            .Fails(StatusCodes.Status401Unauthorized)
            .WithRequestExample(new CourseRefresh("m3f0tOqk…"))
            .WithReplyExample(CourseSession.Example with { User = null });
    }

    private static async Task<Results<Reply<CourseSession>, Problem>> Handle(
        Body<CourseLogin> body,
        HttpContext context,
        Logins logins,
        TimeProvider clock,
        CancellationToken ct
    )
    {
        var request = body.Value;
        if ((request.Email ?? request.Username) is not { } name)
        {
            return Problem.BadRequest("Say who logs in.", new FieldError("/email", "The address, or the user name."));
        }

        var login = await logins.RunAsync(
            name,
            request.Password,
            request.Code,
            context.Connection.RemoteIpAddress,
            context.Request.Headers.UserAgent.ToString(),
            ct
        );
        return login.Tokens is { } pair
            ? CourseSession.Of(pair, CourseUser.Of(Account.Of(login.Account!, clock.GetUtcNow())))
            : login.Refusal;
    }

    private static async Task<Results<Reply<CourseSession>, Problem>> HandleRefresh(
        Body<CourseRefresh> body,
        RefreshTokens tokens,
        CancellationToken ct
    ) =>
        await tokens.TakeAsync(body.Value.RefreshToken, ct) is { } pair
            ? CourseSession.Of(pair, null)
            : Problem.Unauthorized(RefreshTokens.Refusal);
}
