using Sillage.Specifications;

namespace Sillage.Accounts.Tests;

/// <summary>What every test of accounts needs: requests, and people to make them.</summary>
public abstract class AccountsSpecification(AccountsUnderTest accounts)
{
    protected const string Password = TestUsers.Password;

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
    protected Task<Person> NewPersonAsync(string role = "member") => Server.RegisterAsync(NewName(), role);

    protected Task<Person> AdministratorAsync() =>
        Server.LogInAsync(TestUsers.AdministratorName, TestUsers.AdministratorPassword);
}
