using System.ComponentModel.DataAnnotations;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Idempotency;
using Sillage.Api.Problems;
using Sillage.Api.Replies;
using Sillage.Api.Requests;
using Sillage.Storage;

namespace Sillage.Messaging.Rooms;

/// <summary>Who may join a room.</summary>
public enum RoomVisibility
{
    /// <summary>Anybody; everybody may know that there is such a room.</summary>
    Public,

    /// <summary>Whoever is invited; to all others there is no such room.</summary>
    Private,
}

/// <summary>A new room.</summary>
/// <param name="Name">Its name for people, 1 to 200 characters.</param>
/// <param name="Slug">
/// Its name in addresses, for good: 2 to 63 lower case letters, digits, <c>-</c> or <c>_</c>, the first and last a letter or digit. None if
/// left out.
/// </param>
/// <param name="Visibility">Who may join, <c>public</c> (the default) or <c>private</c>.</param>
/// <param name="SlowSeconds">How long each member waits between two messages, 0 to 86 400. Default 0.</param>
/// <param name="RetentionDays">For how many days messages are kept, 1 to 36 500; as long as the room is there if left out.</param>
public sealed partial record NewRoom(
    [property: Required, StringLength(200, MinimumLength = 1)] string Name,
    [property: StringLength(63, MinimumLength = 2)] string? Slug = null,
    RoomVisibility Visibility = RoomVisibility.Public,
    [property: Range(0, 86_400)] int SlowSeconds = 0,
    [property: Range(1, 36_500)] int? RetentionDays = null
) : IValidatableObject
{
    private static readonly string[] Taken = ["join", "sync", "unread"];

    internal static NewRoom Example { get; } = new("The boathouse", "boathouse");

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Slug is not null && (!Slugs().IsMatch(Slug) || Guid.TryParse(Slug, out _)))
        {
            yield return new ValidationResult(
                "2 to 63 lower case letters, digits, - or _, the first and last a letter or digit, and not in the form of an id.",
                [nameof(Slug)]
            );
        }

        if (Slug is not null && Taken.Contains(Slug))
        {
            yield return new ValidationResult("The API itself has this address. Choose another one.", [nameof(Slug)]);
        }

        if (string.IsNullOrWhiteSpace(Name))
        {
            yield return new ValidationResult("More than blanks.", [nameof(Name)]);
        }
    }

    [GeneratedRegex("^[a-z0-9][a-z0-9_-]*[a-z0-9]$", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Slugs();
}

/// <summary>Makes a room, which the caller owns.</summary>
internal static class CreateRoom
{
    private const string Insert = """
        INSERT INTO room (id, slug, name, kind, visibility, slow_seconds, retention_days, created_at)
        VALUES (@Id, @Slug, @Name, 'room', @Visibility, @SlowSeconds, @RetentionDays, @Now)
        """;

    public static void Map(RouteGroupBuilder rooms) =>
        rooms
            .MapPost("/", Handle)
            .RequirePermission(MessagingPermission.CreateRooms)
            .WithSummary("Make a room")
            .WithDescription("The caller owns it. Who else is to be in it joins, or is invited.")
            .WithRequestExample(NewRoom.Example)
            .WithReplyExample(RoomResource.Example)
            .Fails(StatusCodes.Status409Conflict);

    private static async Task<Results<CreatedReply<RoomResource>, Problem>> Handle(
        Body<NewRoom> body,
        IdempotencyKey key,
        Caller caller,
        Chat chat,
        PersonLimits limits,
        CancellationToken ct
    )
    {
        var now = chat.Now;
        var id = Guid.CreateVersion7(now);
        try
        {
            return await key.RunAsync<RoomResource>(
                chat.Database,
                async unit =>
                    Reply.Created(
                        RoomResource.AddressOf(id),
                        await CreateAsync(unit, body.Value, id, caller, chat, limits, ct)
                    ),
                ct
            );
        }
        catch (UniqueViolationException)
        {
            return Problem.Conflict("There is a room with this slug.", new FieldError("/slug", "Choose another one."));
        }
    }

    private static async Task<RoomResource> CreateAsync(
        IUnitOfWork unit,
        NewRoom request,
        Guid id,
        Caller caller,
        Chat chat,
        PersonLimits limits,
        CancellationToken ct
    )
    {
        if (limits.RefuseRoom(caller.Id) is { } tooMany)
        {
            throw new ProblemException(tooMany);
        }

        await Entry.RefuseTooManyAsync(unit, caller.Id, chat, ct);
        await unit.ExecuteAsync(
            Insert,
            new
            {
                Id = id,
                request.Slug,
                request.Name,
                Visibility = request.Visibility == RoomVisibility.Public ? Room.Public : Room.Private,
                SlowSeconds = (long)request.SlowSeconds,
                RetentionDays = (long?)request.RetentionDays,
                chat.Now,
            },
            ct
        );
        var held = (await HeldRoom.HoldAsync(unit, id, caller.Id, ct))!;
        await Member.PutAsync(unit, held, caller.Id, Member.Owner, Member.In, chat.Now, ct);
        await held.SaveAsync(unit, chat.Signals, ct);
        return RoomResource.Of((await Room.FindAsync(unit, id, caller.Id, ct))!, caller);
    }
}
