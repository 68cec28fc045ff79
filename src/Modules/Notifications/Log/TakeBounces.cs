using System.ComponentModel.DataAnnotations;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Problems;
using Sillage.Api.Requests;
using Sillage.Notifications.Contracts;
using Sillage.Notifications.Mail;
using Sillage.Notifications.Stored;
using Sillage.Storage;

namespace Sillage.Notifications.Log;

/// <summary>What may become of a mail after the mail server took it.</summary>
public enum BounceKind
{
    /// <summary>It came back, and so will the next one.</summary>
    Hard,

    /// <summary>It came back, for now: a full mailbox.</summary>
    Soft,

    /// <summary>Its reader called it spam.</summary>
    Complaint,
}

/// <summary>A mail that came back, as a provider's webhook tells it.</summary>
/// <param name="MessageId">The Message-ID of the mail.</param>
/// <param name="Kind">What became of it.</param>
/// <param name="Detail">What was said.</param>
public sealed record Bounce(
    [property: Required, StringLength(500, MinimumLength = 1)] string MessageId,
    BounceKind Kind,
    [property: StringLength(500)] string? Detail = null
);

/// <summary>Hears of mails that came back.</summary>
internal static class TakeBounces
{
    public static void Map(RouteGroupBuilder notifications) =>
        notifications
            .MapPost("/bounces", Handle)
            .AllowAnonymous()
            .WithMetadata(new IgnoresCredentialsMetadata())
            .WithSummary("Say that a mail came back")
            .WithDescription(
                "For the webhook of a mail provider, with `Authorization: Bearer` and the setting Notifications:BounceToken. A hard bounce and a "
                    + "complaint put the address on the list of those that get no mail; a complaint leaves out what concerns security. Messages that are not ours "
                    + "are ignored."
            )
            .WithRequestExample(new Bounce("<01935a2e7c4d7a619a5b3c2f1e0d4b58@example.org>", BounceKind.Hard))
            .Fails(StatusCodes.Status401Unauthorized);

    private static async Task<Results<NoContent, Problem>> Handle(
        Body<Bounce> body,
        HttpContext context,
        IDatabase<NotificationsData> database,
        MailDesk desk,
        IOptions<NotificationsOptions> options,
        TimeProvider clock,
        CancellationToken ct
    )
    {
        if (!IsProvider(context.Request, options.Value.BounceToken))
        {
            return Problem.Unauthorized("This takes the token of the setting Notifications:BounceToken.");
        }

        var bounce = body.Value;
        if (MailMessages.IdOf(bounce.MessageId) is { } id)
        {
            await database.WriteAsync(
                async unit =>
                {
                    if (await MailRow.FindAsync(unit, id, ct) is { Address: { } address } mail)
                    {
                        await TakeAsync(unit, desk, mail, address, bounce, clock.GetUtcNow(), ct);
                    }

                    return true;
                },
                ct
            );
        }

        return TypedResults.NoContent();
    }

    private static async Task TakeAsync(
        IUnitOfWork unit,
        MailDesk desk,
        MailRow mail,
        string address,
        Bounce bounce,
        DateTimeOffset now,
        CancellationToken ct
    )
    {
        if (bounce.Kind != BounceKind.Complaint)
        {
            await desk.SetAsync(unit, mail, MailState.Failed, $"It came back. {bounce.Detail}".TrimEnd(), ct);
        }

        if (bounce.Kind != BounceKind.Soft)
        {
            var reason = bounce.Kind == BounceKind.Hard ? SuppressionReason.Bounced : SuppressionReason.Complained;
            await SuppressionRow.AddAsync(unit, address, mail.Recipient, reason, bounce.Detail, now, ct);
        }
    }

    private static bool IsProvider(HttpRequest request, string? token) =>
        token is { Length: > 0 }
        && CryptographicOperations.FixedTimeEquals(
            SHA256.HashData(Encoding.UTF8.GetBytes(request.Headers.Authorization.ToString())),
            SHA256.HashData(Encoding.UTF8.GetBytes("Bearer " + token))
        );
}
