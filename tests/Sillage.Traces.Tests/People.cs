using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Sillage.Specifications.Hosting;

namespace Sillage.Traces.Tests;

/// <summary>A credential as it goes into a request.</summary>
public sealed record Credential(string Scheme, string Value)
{
    public static Credential Bearer(string token) => new("Bearer", token);

    public static Credential Basic(string username, string password) =>
        new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{username}:{password}")));
}

/// <summary>Somebody with a credential.</summary>
public sealed record Person(Guid Id, string Username, string Password, Credential Credential);

/// <summary>A reply.</summary>
public sealed record Answer(HttpStatusCode Status, byte[] Bytes, HttpResponseMessage Message)
{
    public string Text => Encoding.UTF8.GetString(Bytes);

    public JsonNode Json => JsonNode.Parse(Text) ?? throw new InvalidOperationException("The reply is null.");

    public JsonArray Items => Json["items"]!.AsArray();

    public string? ContentType => Message.Content.Headers.ContentType?.ToString();

    public string? Header(string name) =>
        Message.Headers.TryGetValues(name, out var values) || Message.Content.Headers.TryGetValues(name, out values)
            ? string.Join(", ", values)
            : null;

    /// <summary>The pointers of a problem's errors.</summary>
    public string[] Pointers() => [.. Json["errors"]!.AsArray().Select(e => (string)e!["pointer"]!)];

    /// <summary>The reply, which has to have this status.</summary>
    public Answer Must(HttpStatusCode status) =>
        Status == status
            ? this
            : throw new InvalidOperationException($"{(int)Status} instead of {(int)status}: {Text}");
}

public static class People
{
    public const string AdministratorPassword = "a lamp by the quay";
    private const string Password = "three wet oars";

    public static async Task<Answer> SendAsync(
        this SillageServer server,
        HttpMethod method,
        string path,
        HttpContent? content,
        Credential? credential,
        params (string Name, string Value)[] headers
    )
    {
        using var request = new HttpRequestMessage(method, new Uri(server.Address, path)) { Content = content };
        if (credential is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue(credential.Scheme, credential.Value);
        }

        foreach (var (name, value) in headers)
        {
            if (!request.Headers.TryAddWithoutValidation(name, value))
            {
                request.Content?.Headers.TryAddWithoutValidation(name, value);
            }
        }

        // Tests read the reply whole, and its headers after.
        var response = await server.Client.SendAsync(request);
        if (response.StatusCode == HttpStatusCode.InternalServerError)
        {
            // No request may bring one; the log tells what it was.
            throw new InvalidOperationException(
                string.Join('\n', server.Log.Lines.Where(l => l.Level >= LogLevel.Warning).TakeLast(5))
            );
        }

        return new Answer(response.StatusCode, await response.Content.ReadAsByteArrayAsync(), response);
    }

    public static Task<Answer> SendAsync(
        this SillageServer server,
        HttpMethod method,
        string path,
        object? body = null,
        Credential? credential = null,
        params (string Name, string Value)[] headers
    ) => server.SendAsync(method, path, body is null ? null : Content(body), credential, headers);

    /// <summary>A body: text as it is, anything else as JSON.</summary>
    public static HttpContent Content(object body, string mediaType = "application/json")
    {
        var content = new ByteArrayContent(
            body switch
            {
                byte[] bytes => bytes,
                string text => Encoding.UTF8.GetBytes(text),
                _ => JsonSerializer.SerializeToUtf8Bytes(body),
            }
        );
        content.Headers.TryAddWithoutValidation("Content-Type", mediaType);
        return content;
    }

    public static async Task<Person> RegisterAsync(SillageServer server, string username, string role)
    {
        var made = await server.SendAsync(
            HttpMethod.Post,
            "/api/v1/auth/register",
            new { username, password = Password }
        );
        made.Must(HttpStatusCode.Created);
        if (role != "member")
        {
            var administrator = Credential.Basic("admin", AdministratorPassword);
            (
                await server.SendAsync(
                    HttpMethod.Patch,
                    $"/api/v1/users/{made.Json["id"]}",
                    new { role },
                    administrator
                )
            ).Must(HttpStatusCode.OK);
        }

        return await LogInAsync(server, username, Password);
    }

    public static async Task<Person> LogInAsync(SillageServer server, string username, string password)
    {
        var answer = await server.SendAsync(HttpMethod.Post, "/api/v1/auth/login", new { username, password });
        var access = (string)answer.Must(HttpStatusCode.OK).Json["access_token"]!;
        var claims = JsonNode.Parse(System.Buffers.Text.Base64Url.DecodeFromChars(access.Split('.')[1]))!;
        return new Person(Guid.Parse((string)claims["sub"]!), username, password, Credential.Bearer(access));
    }
}
