using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Sillage.Api.Access;
using Sillage.Api.Formats;
using Sillage.Api.Problems;
using Sillage.Api.Requests;
using Sillage.SocketIO;
using Sillage.Storage;

namespace Sillage.Hosting.SocketIO;

/// <summary>
/// An event of a live client on its way to the slice that a request by REST would reach: the same permission, the same right in what it is
/// about, the same checks of what came, and the same refusals, told as <c>data.code</c>.
/// </summary>
public sealed class LiveRequest
{
    private readonly JsonElement _argument;
    private readonly IServiceProvider _services;
    private readonly Type _described;
    private readonly string _resource;

    private LiveRequest(
        JsonElement argument,
        ClientSocket socket,
        Caller caller,
        IServiceProvider services,
        Type described,
        string resource
    )
    {
        (_argument, _services, _described, _resource) = (argument, services, described, resource);
        (Socket, Caller) = (socket, caller);
    }

    /// <summary>Who sent it.</summary>
    public ClientSocket Socket { get; }

    /// <summary>The caller, as the account is now.</summary>
    public Caller Caller { get; }

    /// <summary>What the event names as that which it is about; null if that is missing or no text.</summary>
    public string? Named =>
        _argument.TryGetProperty(_resource, out var named) && named.ValueKind == JsonValueKind.String
            ? named.GetString()
            : null;

    /// <summary>The same, where it is an id.</summary>
    public Guid? NamedId => Guid.TryParseExact(Named, "D", out var id) ? id : null;

    /// <summary>A service of the process.</summary>
    public T Service<T>()
        where T : notnull => _services.GetRequiredService<T>();

    /// <summary>Does what an event asks for; what is refused on the way is refused to the client.</summary>
    internal static async Task<object?> RunAsync(
        ClientSocket socket,
        JsonElement? argument,
        IServiceProvider services,
        Permission permission,
        Type described,
        string resource,
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
                await run(new LiveRequest(given, socket, caller, services, described, resource)),
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
            foreach (var member in _argument.EnumerateObject().Where(member => member.Name != _resource))
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
            410 => "gone",
            429 => "too_many",
            503 => "unavailable",
            _ => "invalid",
        };
}
