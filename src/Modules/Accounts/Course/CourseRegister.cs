using System.ComponentModel.DataAnnotations;
using System.Security.Cryptography;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using Sillage.Accounts.Contracts;
using Sillage.Accounts.Identity;
using Sillage.Accounts.Passwords;
using Sillage.Accounts.Registration;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Idempotency;
using Sillage.Api.Problems;
using Sillage.Api.Replies;
using Sillage.Api.Requests;
using Sillage.Hosting.Course;
using Sillage.Hosting.Limits;
using Sillage.Storage;

namespace Sillage.Accounts.Course;

/// <summary>Somebody who registers in the course's form. What else it holds is not looked at.</summary>
/// <param name="Email">The address, with which one logs in from then on.</param>
/// <param name="Password">At least 10 characters (a setting), at most 256.</param>
/// <param name="FirstName">The first name; optional.</param>
/// <param name="LastName">The last name; optional.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Skip)]
public sealed record CourseNewUser(
    [property: Required, Email] string Email,
    [property: Required, StringLength(PasswordRules.MaximumLength)] string Password,
    [property: StringLength(100, MinimumLength = 1), PlainText] string? FirstName = null,
    [property: StringLength(100, MinimumLength = 1), PlainText] string? LastName = null
);

/// <summary>Who has registered.</summary>
/// <param name="User">The new account.</param>
public sealed record CourseRegistration(CourseUser User);

/// <summary>
/// Lets a person make their own account by address. The user name, which others see, is made of the names: the address is theirs alone, and logs them in.
/// </summary>
internal static class CourseRegister
{
    private const int LongestDisplayName = 100;
    private const int LongestStem = 40;

    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapCourse("auth")
            .MapPost("/register", Handle)
            .AllowAnonymous()
            .LimitLogins()
            .WithSummary("Register by address")
            .WithDescription(
                "Makes a member account with which one logs in by the address. Only where the setting Accounts:Registration is open. The user name "
                    + "is made of the names."
            )
            .Fails(StatusCodes.Status403Forbidden, StatusCodes.Status409Conflict)
            .WithRequestExample(new CourseNewUser("player-1@example.org", "three wet oars", "Player", "One"))
            .WithReplyExample(new CourseRegistration(CourseUser.Example));

    private static async Task<Results<CreatedReply<CourseRegistration>, Problem>> Handle(
        Body<CourseNewUser> body,
        HttpContext context,
        IdempotencyKey key,
        NewAccounts accounts,
        IDatabase<AccountsData> database,
        IOptions<AccountsOptions> options,
        TimeProvider clock,
        CancellationToken ct
    )
    {
        if (options.Value.Registration != RegistrationMode.Open)
        {
            return Problem.Forbidden("Registration is closed on this server. Ask an administrator for an account.");
        }

        var request = body.Value;
        var name = $"{request.FirstName} {request.LastName}".Trim();
        var stem = StemOf(name);
        var account = await accounts.PrepareAsync(
            stem,
            request.Password,
            Role.Member,
            context.Connection.RemoteIpAddress,
            ct
        );
        account.Describe(name.Length is > 0 and <= LongestDisplayName ? name : null, request.Email);
        (account.FirstName, account.LastName) = (request.FirstName, request.LastName);
        account.LoginKey = Usernames.Key(request.Email);
        key.Names(account.Id);
        try
        {
            return await key.RunAsync<CourseRegistration>(
                database,
                async unit =>
                {
                    var store = new AccountStore(unit);
                    if (await store.FindByNameAsync(account.LoginKey, ct) is not null)
                    {
                        return Taken();
                    }

                    while (await store.FindByNameAsync(Usernames.Key(account.Username), ct) is not null)
                    {
                        account.Username = $"{stem}-{RandomNumberGenerator.GetHexString(6, lowercase: true)}";
                    }

                    if (await accounts.StoreAsync(unit, account, "account.registered", null, ct) is { } refused)
                    {
                        return refused;
                    }

                    var user = CourseUser.Of(Account.Of(account, clock.GetUtcNow()));
                    return Reply.Created($"/api/users/{user.Id}", new CourseRegistration(user));
                },
                ct
            );
        }
        catch (UniqueViolationException)
        {
            // Two at once: the other one was faster.
            return Taken();
        }
    }

    private static Problem Taken() =>
        Problem.Of(
            409,
            "Email already registered",
            "Somebody has registered with this address, or has it as user name. Log in, or ask for a new password."
        );

    // What of the names can be a user name: "ada.l" of "Ada L".
    private static string StemOf(string name)
    {
        var letters = new string([
            .. name.ToLowerInvariant()
                .Select(c => c == ' ' ? '.' : c)
                .Where(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-'),
        ]).Trim('.', '-');
        return letters.Length == 0 ? "user" : letters[..Math.Min(letters.Length, LongestStem)];
    }
}
