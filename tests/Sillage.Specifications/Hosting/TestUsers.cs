using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;

namespace Sillage.Specifications.Hosting;

/// <summary>Requests to a server under test, and the people who make them.</summary>
public static class TestUsers
{
    /// <summary>The first administrator's name, with <see cref="AdministratorPassword"/>, where a test's settings make one.</summary>
    public const string AdministratorName = "admin";
    public const string AdministratorPassword = "a lamp by the quay";

    /// <summary>Everybody else's, unless a test says otherwise.</summary>
    public const string Password = "three wet oars";

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

    /// <summary>Somebody new, registered, with a role, and logged in.</summary>
    public static async Task<Person> RegisterAsync(
        this SillageServer server,
        string username,
        string role = "member",
        string password = Password
    )
    {
        var made = await server.SendAsync(HttpMethod.Post, "/api/v1/auth/register", new { username, password });
        made.Must(HttpStatusCode.Created);
        if (role != "member")
        {
            var administrator = Credential.Basic(AdministratorName, AdministratorPassword);
            (
                await server.SendAsync(
                    HttpMethod.Patch,
                    $"/api/v1/users/{made.Json["id"]}",
                    new { role },
                    administrator
                )
            ).Must(HttpStatusCode.OK);
        }

        return await server.LogInAsync(username, password);
    }

    public static async Task<Person> LogInAsync(this SillageServer server, string username, string password)
    {
        var answer = await server.SendAsync(HttpMethod.Post, "/api/v1/auth/login", new { username, password });
        var access = (string)answer.Must(HttpStatusCode.OK).Json["access_token"]!;
        var claims = JsonNode.Parse(System.Buffers.Text.Base64Url.DecodeFromChars(access.Split('.')[1]))!;
        return new Person(
            Guid.Parse((string)claims["sub"]!),
            username,
            password,
            Credential.Bearer(access),
            access,
            (string?)answer.Json["refresh_token"] ?? ""
        );
    }
}
