using System.Text;

namespace Sillage.Specifications.Hosting;

/// <summary>A credential as it goes into a request.</summary>
public sealed record Credential(string Scheme, string Value)
{
    public static Credential Bearer(string token) => new("Bearer", token);

    public static Credential Basic(string username, string password) =>
        new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{username}:{password}")));
}

/// <summary>Somebody with a credential: the token of a session, or the name and password of a participant who never logs in.</summary>
public sealed record Person(
    Guid Id,
    string Username,
    string Password,
    Credential Credential,
    string AccessToken = "",
    string RefreshToken = ""
)
{
    /// <summary>The access token as a credential.</summary>
    public Credential Token => Credential.Bearer(AccessToken);

    /// <summary>The name and the password as a credential.</summary>
    public Credential Basic => Credential.Basic(Username, Password);
}
