using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Sillage.Specifications.Hosting;

namespace Sillage.Accounts.Tests;

/// <summary>What every test of accounts needs: requests, and people to make them.</summary>
public abstract class AccountsSpecification(AccountsUnderTest accounts)
{
    protected const string Password = "three wet oars";

    protected AccountsUnderTest Accounts => accounts;

    protected SillageServer Server => accounts.Server;

    protected MovableClock Clock => accounts.Clock;

    protected string NewName() => accounts.NewName();

    protected Task<Answer> GetAsync(string path, Credential? credential = null) =>
        Server.SendAsync(HttpMethod.Get, path, null, credential);

    protected Task<Answer> PostAsync(string path, object? body = null, Credential? credential = null) =>
        Server.SendAsync(HttpMethod.Post, path, body, credential);

    protected Task<Answer> PutAsync(string path, object? body = null, Credential? credential = null) =>
        Server.SendAsync(HttpMethod.Put, path, body, credential);

    protected Task<Answer> PatchAsync(string path, object? body = null, Credential? credential = null) =>
        Server.SendAsync(HttpMethod.Patch, path, body, credential);

    protected Task<Answer> DeleteAsync(string path, Credential? credential = null) =>
        Server.SendAsync(HttpMethod.Delete, path, null, credential);

    /// <summary>Somebody new, registered and logged in.</summary>
    protected Task<Person> NewPersonAsync(string role = "member") => Server.NewPersonAsync(NewName(), role);

    protected Task<Person> AdministratorAsync() =>
        Server.LogInAsync(AccountsUnderTest.AdministratorName, AccountsUnderTest.AdministratorPassword);
}

/// <summary>A credential as it goes into a request.</summary>
public sealed record Credential(string Scheme, string Value)
{
    public static Credential Bearer(string token) => new("Bearer", token);

    public static Credential Basic(string username, string password) =>
        new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{username}:{password}")));
}

/// <summary>Somebody who is logged in.</summary>
public sealed record Person(Guid Id, string Username, string Password, string AccessToken, string RefreshToken)
{
    public Credential Token => Credential.Bearer(AccessToken);

    public Credential Basic => Credential.Basic(Username, Password);
}

/// <summary>A reply.</summary>
public sealed record Answer(HttpStatusCode Status, string Text, HttpResponseMessage Message)
{
    public JsonNode Json => JsonNode.Parse(Text) ?? throw new InvalidOperationException("The reply is null.");

    public string? Header(string name) =>
        Message.Headers.TryGetValues(name, out var values) ? string.Join(", ", values) : null;

    /// <summary>The pointers of a problem's errors.</summary>
    public string[] Pointers() => [.. Json["errors"]!.AsArray().Select(e => (string)e!["pointer"]!)];
}

internal static class Requests
{
    public static async Task<Answer> SendAsync(
        this SillageServer server,
        HttpMethod method,
        string path,
        object? body = null,
        Credential? credential = null,
        params (string Name, string Value)[] headers
    )
    {
        using var request = new HttpRequestMessage(method, new Uri(server.Address, path));
        if (credential is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue(credential.Scheme, credential.Value);
        }

        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        if (body is not null)
        {
            var text = body as string ?? System.Text.Json.JsonSerializer.Serialize(body);
            request.Content = new StringContent(text, Encoding.UTF8, "application/json");
        }

        // Tests read the reply whole, and its headers after.
        var response = await server.Client.SendAsync(request);
        return new Answer(response.StatusCode, await response.Content.ReadAsStringAsync(), response);
    }

    public static async Task<Person> NewPersonAsync(
        this SillageServer server,
        string username,
        string role = "member",
        string password = "three wet oars"
    )
    {
        var administrator = Credential.Basic(
            AccountsUnderTest.AdministratorName,
            AccountsUnderTest.AdministratorPassword
        );
        var made = await server.SendAsync(HttpMethod.Post, "/api/v1/auth/register", new { username, password });
        if (made.Status != HttpStatusCode.Created)
        {
            throw new InvalidOperationException(made.Text);
        }

        if (role != "member")
        {
            var changed = await server.SendAsync(
                HttpMethod.Patch,
                $"/api/v1/users/{made.Json["id"]}",
                new { role },
                administrator
            );
            if (changed.Status != HttpStatusCode.OK)
            {
                throw new InvalidOperationException(changed.Text);
            }
        }

        return await server.LogInAsync(username, password);
    }

    public static async Task<Person> LogInAsync(this SillageServer server, string username, string password)
    {
        var answer = await server.SendAsync(HttpMethod.Post, "/api/v1/auth/login", new { username, password });
        if (answer.Status != HttpStatusCode.OK)
        {
            throw new InvalidOperationException(answer.Text);
        }

        var access = (string)answer.Json["access_token"]!;
        var claims = JsonNode.Parse(System.Buffers.Text.Base64Url.DecodeFromChars(access.Split('.')[1]))!;
        return new Person(
            Guid.Parse((string)claims["sub"]!),
            username,
            password,
            access,
            (string)answer.Json["refresh_token"]!
        );
    }
}
