using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Sillage.Api.Access;
using Sillage.Api.Formats;
using Sillage.Api.Problems;
using Sillage.Api.Requests;
using Sillage.Hosting.SocketIO;
using Sillage.Messaging.Rooms;
using Sillage.SocketIO;
using Sillage.Storage;

namespace Sillage.Messaging.Live;

/// <summary>
/// An event of a live client on its way to the slice that a request by REST would reach: the same permission, the same right in the same
/// room, the same checks of what came, and the same refusals, told as <c>data.code</c>.
/// </summary>
internal sealed class LiveRequest
{
    private readonly JsonElement _argument;

    private readonly IServiceProvider _services;

    private readonly Type _described;

    private LiveRequest(
        JsonElement argument,
        ClientSocket socket,
        Caller caller,
        IServiceProvider services,
        Type described
    )
    {
        (_argument, _services, _described) = (argument, services, described);
        (Socket, Caller, Chat) = (socket, caller, services.GetRequiredService<Chat>());
    }

    public ClientSocket Socket { get; }

    public Caller Caller { get; }

    public Chat Chat { get; }

    public T Service<T>()
        where T : notnull => _services.GetRequiredService<T>();

    /// <summary>Does what an event asks for; what is refused on the way is refused to the client.</summary>
    public static async Task<object?> RunAsync(
        ClientSocket socket,
        JsonElement? argument,
        IServiceProvider services,
        Permission permission,
        Type described,
        Func<LiveRequest, Task<object>> run
    )
    {
        try
        {
            var caller = socket.Caller() ?? throw new ProblemException(Problem.Unauthorized("Log in."));
            if (!caller.Can(permission))
            {
                throw new ProblemException(Problem.Forbidden($"This needs the permission '{permission.Name}'."));
            }

            if (argument is not { ValueKind: JsonValueKind.Object } given)
            {
                throw new ProblemException(
                    Problem.BadRequest("An event carries one object.", new FieldError("", "An object is expected."))
                );
            }

            // The names of members too: what is no text cannot even be compared.
            JsonRequest.RefuseUnstorable(JsonMarshal.GetRawUtf8Value(given));
            return JsonSerializer.SerializeToElement(
                await run(new LiveRequest(given, socket, caller, services, described)),
                Json.Options
            );
        }
        catch (ProblemException e)
        {
            throw Refusal(e.Problem);
        }
        catch (DatabaseUnavailableException e)
        {
            throw Refusal(Problem.Unavailable("Not now; send it again.", e.RetryAfter));
        }
    }

    /// <summary>
    /// The room that the event names by its id; null if it is named otherwise. Whether there is one, and what the caller may do there, is still to be
    /// found out.
    /// </summary>
    public Guid? RoomId =>
        _argument.TryGetProperty("room", out var named)
        && named.ValueKind == JsonValueKind.String
        && Guid.TryParseExact(named.GetString(), "D", out var id)
            ? id
            : null;

    /// <summary>The room that the event names by its id or slug, if the caller holds one of these rights there.</summary>
    public async Task<Room> RoomAsync(CancellationToken ct, params IReadOnlyList<RoomRights> anyOf)
    {
        if (
            !_argument.TryGetProperty("room", out var named)
            || named.ValueKind != JsonValueKind.String
            || named.GetString() is not { Length: > 0 and <= 63 } name
        )
        {
            throw new ProblemException(
                Problem.BadRequest("The room is missing.", new FieldError("/room", "The id or the slug of a room."))
            );
        }

        var room =
            await RoomGate.FindAsync(Chat.Database, name, Caller, ct) ?? throw new ProblemException(Problem.NotFound());
        var held = room.RightsOf(Caller);
        if (!anyOf.Any(right => held.HasFlag(right)))
        {
            room.Demand(Caller, anyOf[0]);
        }

        return room;
    }

    /// <summary>The rest of what came, checked as a body is.</summary>
    /// <exception cref="InvalidOperationException">It is described as something else.</exception>
    public T Read<T>()
    {
        if (typeof(T) != _described)
        {
            throw new InvalidOperationException($"What is read as {typeof(T)} is described as {_described}.");
        }

        var json = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(json))
        {
            writer.WriteStartObject();
            foreach (var member in _argument.EnumerateObject().Where(member => member.Name != "room"))
            {
                member.WriteTo(writer);
            }

            writer.WriteEndObject();
        }

        return JsonRequest.Read<T>(json.WrittenMemory);
    }

    private static EventException Refusal(Problem problem) =>
        new(
            problem.Detail ?? problem.Title,
            new
            {
                code = CodeOf(problem.Status),
                status = problem.Status,
                errors = problem.Errors,
                retryAfter = problem.RetryAfter is { } wait
                    ? Math.Max(1, (long)Math.Ceiling(wait.TotalSeconds))
                    : (long?)null,
            }
        );

    private static string CodeOf(int status) =>
        status switch
        {
            401 => "token_invalid",
            403 => "forbidden",
            404 => "not_found",
            409 => "conflict",
            429 => "too_many",
            503 => "unavailable",
            _ => "invalid",
        };
}
