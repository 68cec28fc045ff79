using System.CommandLine;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Sillage.Accounts.Addresses;
using Sillage.Accounts.ApiKeys;
using Sillage.Accounts.Authority;
using Sillage.Accounts.Checking;
using Sillage.Accounts.Contracts;
using Sillage.Accounts.Contracts.Erasures;
using Sillage.Accounts.Contracts.PersonalData;
using Sillage.Accounts.Contracts.Remote;
using Sillage.Accounts.Course;
using Sillage.Accounts.Factors;
using Sillage.Accounts.Identity;
using Sillage.Accounts.Keys;
using Sillage.Accounts.Me;
using Sillage.Accounts.Passwords;
using Sillage.Accounts.People;
using Sillage.Accounts.PersonalData;
using Sillage.Accounts.Processes;
using Sillage.Accounts.Provisioning;
using Sillage.Accounts.Recovery;
using Sillage.Accounts.Registration;
using Sillage.Accounts.Revocations;
using Sillage.Accounts.Sessions;
using Sillage.Accounts.Setup;
using Sillage.Api.Access;
using Sillage.Hosting.Authentication;
using Sillage.Hosting.Authentication.Checking;
using Sillage.Hosting.Modules;
using Sillage.Hosting.Pages;
using Sillage.Hosting.Settings;
using Sillage.Hosting.Verbs;
using Sillage.Notifications.Contracts;
using Sillage.Posts.Contracts;
using Sillage.Storage;
using Sillage.Storage.Work;

namespace Sillage.Accounts;

/// <summary>Who you are: registration, login, sessions, keys, roles, profile, personal data.</summary>
public sealed class AccountsModule : IModule
{
    /// <inheritdoc />
    public string Name => "accounts";

    /// <inheritdoc />
    public IReadOnlyList<Permission> Permissions => AccountsPermission.All;

    /// <inheritdoc />
    public IReadOnlyList<ConsolePage> Pages { get; } =
    [
        new("people", 50, "People", "Personnes")
        {
            For = [AccountsPermission.ReadAccounts, AccountsPermission.ReadAudit],
        },
        new("me", 80, "My account", "Mon compte"),
    ];

    /// <inheritdoc />
    public void AddServices(IServiceCollection services, IConfiguration configuration)
    {
        services.AddModuleDatabase<AccountsData>(
            Name,
            leftOut: AccountsData.LeftOut,
            moved: [MovedTable.Empty("change")]
        );
        services.AddSettings<AccountsOptions>("Accounts");
        services.AddSettings<FirstAdministratorOptions>("Admin");
        AddIdentity(services);

        services.AddSettings<RemoteAccountsOptions>(RemoteAccountsOptions.Section);
        services.AddSingleton<ChangeFeed>();
        services.AddSingleton<AccountStates>();
        services.AddSingleton<KeyRing>();
        services.AddSingleton<SessionTokens>();
        services.AddSingleton<RefreshTokens>();
        services.AddSingleton<Logins>();
        services.AddSingleton<ILongTokens, LongTokens>();
        services.AddSingleton<IPasswordGrants, PasswordGrants>();
        services.AddSingleton<ApiKeyUses>();
        services.AddSingleton<PasswordHashing>();
        services.AddSingleton<PasswordCheck>();
        services.AddSingleton<FactorSecrets>();
        services.AddSingleton<FactorCheck>();
        services.AddSingleton<PasswordReset>();
        services.AddSingleton<IAccountRecords, AccountRecords>();
        services.AddSingleton<IIdentityAuthority>(provider => new IdentityAuthority(
            provider.GetRequiredService<IAccountRecords>(),
            provider.GetRequiredService<Permissions>(),
            Rules(provider.GetRequiredService<IOptions<AccountsOptions>>().Value),
            provider.GetRequiredService<TimeProvider>()
        ));
        services.AddSingleton<IAccountWatch, AccountWatch>();
        services.AddNotificationContracts();
        AccountKinds.AddTo(services);
        services.AddSingleton<ProfileChange>();
        services.AddSingleton<AddressLimit>();
        services.AddWork<AccountsData, StartReset, StartResetWork>((work, _) => work.Limit = 4);
        services.AddSingleton<NewAccounts>();
        services.AddSingleton<IAccountDirectory, AccountDirectory>();
        services.AddSingleton<IAccountAddresses, AccountAddresses>();

        services.AddPersonalData<AccountsData, AccountsPersonalData>();
        services.AddSingleton<Erasure>();

        services.AddSurvivingDatabase<RevocationRecords>(RevocationList.Name, RevocationList.Table);
        services.AddSingleton<RevocationList>();
        services.AddHostedService<RevocationReplay>();
        services.AddRetention<RevocationRecords>(
            RevocationList.DeleteOld,
            provider => provider.GetRequiredService<IOptions<AccountsOptions>>().Value.KeepErasures
        );
        services.AddEventHandler<RevocationRecords, CredentialRevoked, NoteCredential>();
        services.AddEventHandler<RevocationRecords, RolesChanged, NoteRole>();
        services.AddEventHandler<RevocationRecords, AccountDisabled, NoteDisabled>();
        services.AddEventHandler<RevocationRecords, PersonErased, ForgetErased>();

        services.AddEventAlias<AccountRegistered>("user.created");
        services.AddEventAlias<ProfileChanged>("user.updated");
        services.AddEventAlias<PersonErased>("user.deleted");
        services.AddEventHandler<AccountsData, AuthorCounted, TakeCounts>();

        services.AddSingleton<FirstAdministrator>();
        services.AddSingleton<ISetupLink>(provider => provider.GetRequiredService<FirstAdministrator>());
        services.AddHostedService(provider => provider.GetRequiredService<FirstAdministrator>());
        services.AddHostedService<Upkeep>();
        services.AddWork<AccountsData, Tidy, Upkeep>(
            (work, _) => (work.Every, work.InEveryProcess) = (TimeSpan.FromMinutes(1), true)
        );
        services.AddWork<AccountsData, Listen, Upkeep>(
            (work, provider) =>
            {
                // In a process that is alone there is nobody to listen to.
                var isShared = provider.GetRequiredService<AccountStates>().Shared;
                (work.Every, work.InEveryProcess) = (
                    isShared ? TimeSpan.FromMilliseconds(500) : TimeSpan.FromHours(1),
                    true
                );
            }
        );
    }

    /// <inheritdoc />
    public IReadOnlyList<Command> CreateVerbs(IVerbHost host) => [ResetPasswordVerb.Create(host)];

    /// <inheritdoc />
    public void MapRoutes(IEndpointRouteBuilder routes)
    {
        Register.Map(routes);
        LogIn.Map(routes);
        RefreshSession.Map(routes);
        LogOut.Map(routes);
        CookieSession.Map(routes);
        ConfirmAddress.Map(routes);
        ForgetPassword.Map(routes);
        ChoosePassword.Map(routes);
        RecoveryPages.Map(routes);

        var me = routes.MapGroup("/api/v1/me").RequirePermission(Permission.Self).WithTags("Me");
        ReadMe.Map(me);
        ChangeMe.Map(me);
        EraseMe.Map(me);
        ChangePassword.Map(me);
        MySessions.Map(me);
        MyAddress.Map(me);
        MyFactor.Map(me);
        EnrolFactor.Map(me);
        ConfirmFactor.Map(me);
        RemoveFactor.Map(me);
        RenewRecoveryCodes.Map(me);
        MyData.Map(me);

        var keys = routes.MapGroup("/api/v1/api-keys").RequirePermission(Permission.Self).WithTags("API keys");
        MyApiKeys.Map(keys);
        CreateApiKey.Map(keys);

        var users = routes.MapGroup("/api/v1/users").WithTags("Users");
        ListUsers.Map(users);
        ReadUser.Map(users);
        CreateUser.Map(users);
        ChangeUser.Map(users);
        EraseUser.Map(users);
        ResetPassword.Map(users);
        TakeFactor.Map(users);

        CourseRegister.Map(routes);
        CourseLogIn.Map(routes);
        CourseUsers.Map(routes);

        ReadAudit.Map(routes);
        ReadErasure.Map(routes);

        SetUp.Map(routes);
        SetupPage.Map(routes);
        PublishKeys.Map(routes);
        ListKeys.Map(routes);
        RotateKeys.Map(routes);
        AnswerProcesses.Map(routes);
    }

    private static CheckingRules Rules(AccountsOptions options) =>
        new(options.Issuer, options.Audience, options.PasswordMemory, Usernames.MaximumLength, options.LongestToken());

    private static void AddIdentity(IServiceCollection services)
    {
        services.AddSingleton<PasswordRules>();
        services.AddIdentityCore<AccountRow>();
        services
            .AddOptions<IdentityOptions>()
            .Configure<IOptions<AccountsOptions>>(
                (identity, accounts) =>
                {
                    // The validator of Usernames knows more than a list of characters; this one then checks uniqueness only.
                    identity.User.AllowedUserNameCharacters = "";
                    identity.Lockout.MaxFailedAccessAttempts = accounts.Value.LockoutThreshold;
                    identity.Lockout.DefaultLockoutTimeSpan = accounts.Value.LockoutDuration;
                }
            );
        services
            .AddOptions<PasswordHasherOptions>()
            .Configure<IOptions<AccountsOptions>>(
                (hasher, accounts) => hasher.IterationCount = accounts.Value.PasswordIterations
            );

        // Identity's own parts have no state, and everything here outlives a request; its rule about kinds of characters is
        // replaced by ours, and its manager is made per unit of work by Users.
        services.RemoveAll<UserManager<AccountRow>>();
        services.RemoveAll<IPasswordValidator<AccountRow>>();
        services.RemoveAll<IUserValidator<AccountRow>>();
        services.RemoveAll<IPasswordHasher<AccountRow>>();
        services.RemoveAll<ILookupNormalizer>();
        services.AddSingleton<IPasswordValidator<AccountRow>, PasswordValidator>();
        services.AddSingleton<IUserValidator<AccountRow>, UserValidator<AccountRow>>();
        services.AddSingleton<IUserValidator<AccountRow>, UsernameValidator>();
        services.AddSingleton<IPasswordHasher<AccountRow>, PasswordHasher<AccountRow>>();
        services.AddSingleton<ILookupNormalizer, UsernameNormalizer>();
        services.AddSingleton<Identity.Users>();
    }
}
